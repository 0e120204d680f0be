// @ts-check
'use strict';

const path = require('node:path');
const { open } = require('lmdb');
const { openLmdbEventLog } = require('@tollgate/event-store-lmdb');

const timed = async (/** @type {() => number | Promise<number>} */ read) => {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const count = await read();
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { count, seconds, cpuSeconds: (user + system) / 1e6 };
};

/** Reads every event as a follower gets it: checked, parsed, in batches. @param {{ folder: string }} options */
const subscribe = async ({ folder }) => {
  const log = await openLmdbEventLog({ folder });
  const last = (await log.lastPosition()) ?? 0n;
  const result = await timed(async () => {
    let count = 0;
    const options = { prefixes: ['account-', 'cutoff-'], maxEvents: 5_000, signal: new AbortController().signal };
    for await (const { events, position } of log.subscribe(options)) {
      count += events.length;
      if (position >= last) break;
    }
    return count;
  });
  await log.close();
  return result;
};

/** Reads every record as bytes and does nothing with it. @param {{ folder: string }} options */
const readBytes = async ({ folder }) => {
  const environment = open({ path: path.join(folder, 'log'), maxDbs: 4, readOnly: true });
  const records = environment.openDB('records', { encoding: 'binary' });
  const result = await timed(() => {
    let count = 0;
    let bytes = 0;
    for (const { value } of records.getRange({})) {
      count += 1;
      bytes += value.length;
    }
    if (bytes === 0) throw new Error('the log is empty');
    return count;
  });
  await environment.close();
  return result;
};

module.exports = { readBytes, subscribe };
