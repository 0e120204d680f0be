// @ts-check
'use strict';

const { whole, withCpu } = require('./figures-of.js');

const inFlight = 3;
const batchLines = 1_000;
const windowLines = 250_000;

/** @typedef {{ tollgate: import('./tollgate-process').TollgateProcess, client: { call: (job: string, options?: object) => Promise<any> } }} Loaded */
/** `run` and the number of the window begin the ids. @typedef {{ lines: number, run: string, accounts: number, say: (line: string) => void }} Load */

/**
 * Batches of 1,000 usages, prepared and sent window by window, each until balances and decisions have followed: what the windows took
 * together, the bytes sent, and the CPU of the server, pauses included, in which it may catch up with work of its own.
 * @param {Loaded} parts @param {Load} options
 */
const loadEvents = (parts, { lines, run, accounts, say }) =>
  withCpu(parts.tollgate.pid, async () => {
    const all = { count: 0, seconds: 0, bytes: 0 };
    while (all.count < lines) {
      const next = Math.min(windowLines, lines - all.count);
      const { bytes, seconds } = await loadWindow(parts, {
        lines: next,
        run: `${run}${all.count / windowLines}`,
        accounts,
      });
      all.count += next;
      all.seconds += seconds;
      all.bytes += bytes;
      say(`${run}: ${whole(all.count)} events, ${whole(next / seconds)}/s`);
    }
    return all;
  });

/** @param {Loaded} parts @param {{ lines: number, run: string, accounts: number }} options */
const loadWindow = async ({ tollgate, client }, { lines, run, accounts }) => {
  const { bytes } = await client.call('prepareBatches', { lines, batchLines, run, seed: 11, accounts });
  const startedAt = performance.now();
  await client.call('batches', { url: tollgate.url, inFlight });
  await tollgate.untilSettled();
  return { bytes, seconds: (performance.now() - startedAt) / 1_000 };
};

module.exports = { loadEvents };
