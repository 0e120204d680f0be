// @ts-check
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { median, oneDigit, percent, percentile, times, whole } = require('../figures-of.js');
const { callOnce, startHelper } = require('../helper-process.js');
const { loadEvents } = require('../load.js');
const { metric, prove, proofs, untilSigned } = require('../proofs.js');
const { startTollgate } = require('../tollgate-process.js');
const { timeVerifiers } = require('../verifiers.js');

const accounts = 1_000;
const sampleEveryMs = 100;

/** @typedef {import('../tollgate-process').TollgateProcess} Tollgate */
/** @typedef {import('../bench').Bench} Bench */

/** What the tree of the log costs, how fast it follows, its proofs, and how fast an export is verified. @type {import('../bench').Figure} */
const audit = async (bench) => {
  const { build, folder, isQuick, say } = bench;
  const lines = isQuick ? 30_000 : 1_000_000;
  const keys = folder('audit-keys');
  fs.mkdirSync(keys, { recursive: true });
  const data = folder('audit');
  const plain = await load(bench, { data: folder('audit-plain'), lines });
  const settings = { TOLLGATE_SIGNING_KEY: path.join(keys, 'signing.pem') };
  const kept = await load(bench, { data, lines, settings });
  say('audit: the tree anew');
  fs.rmSync(path.join(data, 'tree'), { recursive: true });
  const tollgate = await startTollgate({ build, data, settings });
  const caughtUp = await untilSigned(tollgate);
  const proven = await prove(tollgate, caughtUp.events);
  await tollgate.stop();
  const exported = path.join(keys, 'export.ndjson');
  exportTo(build, data, exported);
  const verifiers = timeVerifiers({ build, exported, keys });
  const floor = await callOnce('scan-files.js', 'hash', { file: exported });
  return [section({ lines, plain, kept, caughtUp, proven, verifiers, floor })];
};

/** @param {Bench} bench @param {{ data: string, lines: number, settings?: NodeJS.ProcessEnv }} options */
const load = async ({ build, say }, { data, lines, settings }) => {
  const tollgate = await startTollgate({ build, data, ...(settings && { settings }) });
  const client = startHelper('http-client.js');
  const lags = settings === undefined ? undefined : sampleLags(tollgate);
  try {
    await client.call('openAccounts', { url: tollgate.url, from: 0, to: accounts });
    const run = await loadEvents({ tollgate, client }, { lines, run: 'a', accounts, say });
    return { ...run, lags: (await lags?.stop()) ?? [] };
  } finally {
    client.stop();
    await tollgate.stop();
  }
};

/** Seconds between a record and its place in the tree, as the process tells it, while it is loaded. */
const sampleLags = (/** @type {Tollgate} */ tollgate) => {
  /** @type {number[]} */
  const lags = [];
  let isOver = false;
  const sampling = (async () => {
    while (!isOver) {
      lags.push(await metric(tollgate, 'tollgate_tree_lag_seconds'));
      await sleep(sampleEveryMs);
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await sampling;
      return lags;
    },
  };
};

const exportTo = (/** @type {string} */ build, /** @type {string} */ data, /** @type {string} */ file) => {
  const out = fs.openSync(file, 'w');
  const command = path.join(build, 'services/tollgate/bin/tollgate.js');
  const { status } = spawnSync(process.execPath, [command, 'export', '--data', data], { stdio: ['ignore', out, 2] });
  fs.closeSync(out);
  if (status !== 0) throw new Error(`tollgate export ended with ${status}`);
};

/** @param {any} measured @returns {import('../report').Section} */
const section = ({ lines, plain, kept, caughtUp, proven, verifiers, floor }) => {
  const rate = caughtUp.events / caughtUp.seconds;
  const costs = [plain, kept].map(({ cpuSeconds, count }) => (cpuSeconds * 1e6) / count);
  const speeds = [plain, kept].map(({ count, seconds }) => count / seconds);
  const lag = kept.lags.length === 0 ? NaN : percentile(Float64Array.from(kept.lags), 0.99);
  const share = (/** @type {number[]} */ [before = NaN, after = NaN]) => after / before;
  return {
    title: 'The tree of the log, proofs and verifiers',
    measures: `${whole(lines)} usages in batches of 1,000, as fast as they are taken, with and without a signing key; then the tree made anew of the whole log, ${proofs} proofs over HTTP, and both verifiers on the export. Floor: SHA-256 of the bytes of the export at once.`,
    columns: ['', 'events/s', 'CPU µs', 'p50 ms', 'p99 ms', 'bytes'],
    rows: [
      ['recorded without a tree', whole(speeds[0] ?? NaN), oneDigit(costs[0]), '', '', ''],
      ['recorded with it', whole(speeds[1] ?? NaN), oneDigit(costs[1]), '', '', ''],
      ['lag of the tree meanwhile', '', '', oneDigit(1_000 * median(kept.lags)), oneDigit(1_000 * lag), ''],
      ['the tree anew', whole(rate), '', '', '', ''],
      ['SHA-256 alone', whole(caughtUp.events / floor.seconds), '', '', '', whole(floor.bytes)],
      ['proof of growth', '', '', oneDigit(proven.p50Ms), oneDigit(proven.p99Ms), whole(proven.bytes)],
      ...verifiers.map((/** @type {any} */ { name, count, seconds }) => [name, whole(count / seconds), '', '', '', '']),
    ],
    findings: [
      {
        figure: 'tree of the log: catching up',
        tollgate: `${whole(rate)} events/s`,
        floor: `SHA-256 of the same bytes ${whole(caughtUp.events / floor.seconds)}/s`,
        marks: [{ text: '≥ 200,000/s', isMet: rate >= 200_000 }],
      },
      {
        figure: 'tree of the log: lag while batches saturate',
        tollgate: `p99 ${oneDigit(lag)} s at ${whole(speeds[1] ?? NaN)} events/s`,
        marks: [{ text: '< 5 s', isMet: lag < 5 }],
      },
      {
        figure: 'tree of the log: what it costs records',
        tollgate: `${percent(share(speeds))} of the rate, ${times(share(costs))} the CPU of all threads`,
        floor: `without it ${whole(speeds[0] ?? NaN)}/s`,
      },
      {
        figure: `proof among ${whole(caughtUp.events)} events`,
        tollgate: `p99 ${oneDigit(proven.p99Ms)} ms, ${whole(proven.bytes)} bytes`,
      },
      ...verifiers.map((/** @type {any} */ { name, count, seconds }) => ({
        figure: `an export checked by ${name}`,
        tollgate: `${whole(count / seconds)} events/s`,
      })),
    ],
    raw: { plain, kept, caughtUp, proven, verifiers, floor },
  };
};

module.exports = { audit };
