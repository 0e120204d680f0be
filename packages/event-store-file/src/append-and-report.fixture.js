// @ts-check
'use strict';

const { writeSync } = require('node:fs');
const { join } = require('node:path');
const { openFileEventLog } = require('@tollgate/event-store-file');
const { lockFolder, openFolder } = require('@tollgate/folder');
const { codec, createInMemoryIndex } = require('./in-memory-index.fixture.js');

const standardOutput = 1;
const [folder = '', times = 'for-ever', writers = '1'] = process.argv.slice(2);

/** Written before the next instruction runs, so that what a killed process has said it has done. @param {object} line */
const say = (line) => writeSync(standardOutput, `${JSON.stringify(line)}\n`);

/** @param {string} eventId */
const payment = (eventId) => ({
  eventId,
  type: 'PaymentRecorded',
  data: { amount: '1', padding: 'x'.repeat(Math.floor(Math.random() * 3_000)) },
  metadata: {},
});

/**
 * Appends three events at a time to one stream and says when it begins and what was acknowledged.
 * @param {import('@tollgate/event-store').EventLog<any>} log
 * @param {string} writer
 */
const appendAndReport = async (log, writer) => {
  const stream = `account-${writer}`;
  let head = (await log.readStream(stream, { limit: 1_000_000 })).length - 1;
  for (let turn = 0; times === 'for-ever' || turn < Number(times); turn += 1) {
    const events = [1, 2, 3].map((number) => payment(`${writer}.${String(head + number)}`));
    say({ appending: stream, turn });
    const [result] = await log.append([{ stream, expectedRevision: head, events }]);
    if (result?.status !== 'recorded') throw new Error(`${stream} is not at ${String(head)}`);
    const positions = result.positions.map(String);
    say({ appended: stream, turn, events: events.map(({ eventId }, index) => [eventId, positions[index]]) });
    head += events.length;
  }
};

const main = async () => {
  await lockFolder(join(folder, 'lock'));
  const log = await openFileEventLog({
    folder: await openFolder(join(folder, 'log')),
    index: createInMemoryIndex(),
    codec,
    streamClasses: ['account-'],
    segmentBytes: 200_000,
  });
  say({ opened: folder });
  await Promise.all(Array.from({ length: Number(writers) }, (_, index) => appendAndReport(log, String(index))));
  await log.close();
};

void main().catch((error) => {
  say({ failed: error.name, retriable: error.retriable, message: error.message });
  process.exitCode = 1;
  setTimeout(() => say({ isAlive: true }), 100);
});
