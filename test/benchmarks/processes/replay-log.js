// @ts-check
'use strict';

const path = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

setFlagsFromString('--expose-gc');
const collect = /** @type {() => void} */ (runInNewContext('gc'));

/** What the first collection found free, buffers among it, is given back beside it; the second waits for that. */
const heldBytes = () => {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/**
 * Opens the log in `log` over an empty account table in `table`: reads every header, folds and judges every event, files every id.
 * What it loads is of `build`, so that another checkout can be measured.
 * @param {{ build: string, log: string, table: string }} options
 */
const replay = async ({ build, log, table: tableFolder }) => {
  const load = (/** @type {string} */ name) => require(path.join(build, 'packages', name));
  const { openFolder } = load('folder');
  const { openFileEventLog } = load('event-store-file');
  const { openAccountTable } = load('account-table');
  const { storedEvents, streamPrefixes } = load('contracts');
  const [folder, logFolder] = [await openFolder(tableFolder), await openFolder(log)];
  const before = heldBytes();
  const startedAt = performance.now();
  const table = openAccountTable({ folder });
  const opened = await openFileEventLog({
    folder: logFolder,
    index: table,
    codec: storedEvents,
    streamClasses: Object.values(streamPrefixes),
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  const count = Number((await opened.lastPosition()) ?? 0n);
  if (table.place() !== count) throw new Error(`the table has come to ${table.place()} of ${count}`);
  await opened.close();
  // Full tables of ids that wait to become a run are no part of what an id costs; what the table holds beside them it holds still.
  await table.close();
  const memoryBytes = heldBytes() - before;
  if (table.place() !== count) throw new Error('the table has forgotten what it held');
  return { count, seconds, memoryBytes };
};

module.exports = { replay };
