// @ts-check
'use strict';

const { writeSync } = require('node:fs');
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { openFileEventLog } = require('@tollgate/event-store-file');
const { openFolder } = require('@tollgate/folder');
const { codec, createInMemoryIndex } = require('./in-memory-index.fixture.js');

const standardOutput = 1;
const [folder = ''] = process.argv.slice(2);
const stream = 'account-0';

/** @param {object} line */
const say = (line) => writeSync(standardOutput, `${JSON.stringify(line)}\n`);

/** Appends one event after the other until an append is refused, once more after that, and waits for the end of a subscription. */
const main = async () => {
  const log = await openFileEventLog({
    folder: await openFolder(join(folder, 'log')),
    index: createInMemoryIndex(),
    codec,
    streamClasses: ['account-'],
  });
  const following = (async () => {
    for await (const { isCaughtUp } of log.subscribe({ prefixes: [''], signal: new AbortController().signal }))
      if (isCaughtUp) continue;
  })();
  const ended = following.catch((error) => say({ ended: String(error) }));
  for (let number = 0, failures = 0; failures < 2;) {
    const events = [{ eventId: `e${number}`, type: 'Noted', data: {}, metadata: {} }];
    try {
      const [result] = await log.append([{ stream, expectedRevision: number - 1, events }]);
      if (result?.status === 'recorded') say({ appended: `e${number++}` });
      else {
        say({ [String(result?.status)]: `e${number}` });
        failures += 1;
      }
    } catch (error) {
      say({ refused: String(error) });
      failures += 1;
    }
    await delay(20);
  }
  await Promise.race([ended, delay(2_000)]);
  process.kill(process.pid, 'SIGKILL');
};

void main();
