// @ts-check
'use strict';

const { withCpu } = require('./figures-of.js');

const inFlight = 3;
const batchLines = 1_000;
const windowLines = 100_000;

/** @typedef {{ tollgate: import('./tollgate-process').TollgateProcess, client: { call: (job: string, options?: object) => Promise<any> } }} Loaded */

/**
 * One part of a load: batches of 1,000 usages, until balances and decisions have followed.
 * @param {Loaded} parts @param {{ lines: number, run: string, accounts: number }} options
 */
const loadWindow = async ({ tollgate, client }, { lines, run, accounts }) => {
  const { bytes } = await client.call('prepareBatches', { lines, batchLines, run, seed: 11, accounts });
  const measured = await withCpu(tollgate.pid, async () => {
    const startedAt = performance.now();
    const { seconds: answered } = await client.call('batches', { url: tollgate.url, inFlight });
    await tollgate.untilSettled();
    return { count: lines, answered, seconds: (performance.now() - startedAt) / 1_000 };
  });
  return { ...measured, bytes };
};

/** `run` and the number of the window begin the ids. @param {Loaded} parts @param {{ lines: number, run: string, accounts: number, say: (line: string) => void }} options */
const loadEvents = async (parts, { lines, run, accounts, say }) => {
  let bytes = 0;
  for (let done = 0; done < lines;) {
    const next = Math.min(windowLines, lines - done);
    const window = await loadWindow(parts, { lines: next, run: `${run}${done / windowLines}`, accounts });
    bytes += window.bytes;
    done += next;
    say(
      `${run}: ${done.toLocaleString('en')} events, ${Math.round(window.count / window.seconds).toLocaleString('en')}/s`,
    );
  }
  return { bytes };
};

/** Single requests at 32 connections, until balances and decisions have followed. @param {Loaded} parts @param {{ seconds: number, run: string, accounts: number }} options */
const loadSingles = async ({ tollgate, client }, options) =>
  withCpu(tollgate.pid, async () => {
    const result = await client.call('singles', { url: tollgate.url, connections: 32, seed: 12, ...options });
    await tollgate.untilSettled();
    return result;
  });

module.exports = { loadEvents, loadSingles, loadWindow };
