// @ts-check
'use strict';

const { writeSync } = require('node:fs');
const { setTimeout: delay } = require('node:timers/promises');
const { openLmdbEventLog } = require('@tollgate/event-store-lmdb');

const standardOutput = 1;
const [folder = ''] = process.argv.slice(2);
const stream = 'account-0';

/** @param {object} line */
const say = (line) => writeSync(standardOutput, `${JSON.stringify(line)}\n`);

/** Appends one event after the other until an append is refused, once more after that, and waits for the end of a subscription. */
const main = async () => {
  /** @type {import('@tollgate/event-store').EventLog<any>} */
  const log = await openLmdbEventLog({ folder });
  const following = (async () => {
    for await (const { isCaughtUp } of log.subscribe({ prefixes: [''], signal: new AbortController().signal }))
      if (isCaughtUp) continue;
  })();
  const ended = following.catch((error) => say({ ended: String(error) }));
  for (let number = 0, refusals = 0; refusals < 2;) {
    const events = [{ eventId: `e${number}`, type: 'Noted', data: {}, metadata: {} }];
    try {
      await log.append([{ stream, expectedRevision: number - 1, events }]);
      say({ appended: `e${number}` });
      number += 1;
    } catch (error) {
      say({ refused: String(error) });
      refusals += 1;
    }
    await delay(20);
  }
  await ended;
  process.kill(process.pid, 'SIGKILL');
};

void main();
