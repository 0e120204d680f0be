// @ts-check
'use strict';

const { median, oneDigit, percent, shareOf, summarise, whole, withCpu } = require('../figures-of.js');
const { callOnce, startHelper } = require('../helper-process.js');
const { startTollgate } = require('../tollgate-process.js');

const accounts = 1_000;
const inFlight = 3;
const sizes = [1_000, 8_000];
const tigerBeetle = { 1_000: '77,000/s', 8_000: '117,000/s' };

/** NDJSON batches over HTTP beside parsing and checking the same lines. @type {import('../bench').Figure} */
const batch = async ({ build, folder, isQuick, say }) => {
  const rounds = isQuick ? 1 : 5;
  const server = await open({ build, data: folder('batch') });
  try {
    await server.warmUp();
    const all = sizes.map((batchLines) => ({
      batchLines,
      runs: /** @type {any[]} */ ([]),
      floors: /** @type {any[]} */ ([]),
    }));
    for (let round = 1; round <= rounds; round += 1)
      for (const { batchLines, runs, floors } of all) {
        say(`batch: ${batchLines} lines, round ${round} of ${rounds}`);
        const messages = { batchLines, lines: isQuick ? 24_000 : 400_000, run: `b${batchLines}r${round}`, seed: round };
        runs.push(await server.measure(messages));
        floors.push(await callOnce('parse-lines.js', 'parseBatches', { ...messages, accounts }));
      }
    return [section(all)];
  } finally {
    await server.close();
  }
};

/** @param {{ build: string, data: string }} options */
const open = async (options) => {
  const tollgate = await startTollgate(options);
  const client = startHelper('http-client.js');
  const measure = async (/** @type {{ batchLines: number, lines: number, run: string, seed: number }} */ messages) => {
    await client.call('prepareBatches', { ...messages, accounts });
    return withCpu(tollgate.pid, async () => {
      const startedAt = performance.now();
      const result = await client.call('batches', { url: tollgate.url, inFlight });
      await tollgate.untilSettled();
      return { ...result, settledSeconds: (performance.now() - startedAt) / 1_000 };
    });
  };
  return {
    measure,
    warmUp: async () => {
      await client.call('openAccounts', { url: tollgate.url, from: 0, to: accounts });
      for (const batchLines of sizes)
        await measure({ batchLines, lines: 40_000, run: `warm${batchLines}`, seed: batchLines });
    },
    close: async () => {
      client.stop();
      await tollgate.stop();
    },
  };
};

/** @param {any[]} all @returns {import('../report').Section} */
const section = (all) => {
  const figures = all.map(({ batchLines, runs, floors }) => ({
    batchLines,
    tolled: summarise(runs),
    settledPerSecond: median(runs.map((/** @type {any} */ run) => run.count / run.settledSeconds)),
    clientMicros: median(runs.map((/** @type {any} */ run) => run.clientMicros)),
    floor: summarise(floors),
    share: shareOf(runs, floors),
  }));
  return {
    title: 'HTTP batches',
    measures: `POST /v1/batch of 1,000 and 8,000 usages (about 350 bytes a line), ${inFlight} under way at once, ${accounts} accounts, each answer after the fsync of all its lines; every answer line is checked. "Settled": until balances and decisions are up to date as well. Client: what an event costs the client, on the same cores. Floor: JSON.parse and the schemas over the same lines on one core, nothing stored.`,
    columns: [
      ...['lines', 'events/s', 'settled/s', 'p50 ms', 'p99 ms', 'CPU µs', 'client µs'],
      ...['parse + check/s', 'CPU µs', 'of the floor'],
    ],
    rows: figures.map(({ batchLines, tolled, settledPerSecond, clientMicros, floor, share }) => [
      whole(batchLines),
      whole(tolled.perSecond),
      whole(settledPerSecond),
      oneDigit(tolled.p50Ms),
      oneDigit(tolled.p99Ms),
      oneDigit(tolled.cpuMicros),
      oneDigit(clientMicros),
      whole(floor.perSecond),
      oneDigit(floor.cpuMicros),
      percent(share),
    ]),
    findings: figures.map(({ batchLines, tolled, floor, share }) => ({
      figure: `HTTP batches of ${whole(batchLines)}`,
      tollgate: `${whole(tolled.perSecond)}/s, ${oneDigit(tolled.cpuMicros)} µs of CPU`,
      floor: `parse and check alone ${whole(floor.perSecond)}/s (${percent(share)}); TigerBeetle's Node client, 2026-11, 2 cores: ${tigerBeetle[/** @type {1000} */ (batchLines)]}`,
      marks: [{ text: '≥ 100,000/s', isMet: tolled.perSecond >= 100_000 }],
    })),
    elsewhere: 'Formance 163/s, Blnk 218/s',
    raw: all,
  };
};

/** @type {import('../pairs').Trial} */
const batchTrial = {
  figures: sizes.map((size) => ({ figure: `HTTP batches of ${whole(size)}`, unit: '/s', atLeast: 4, aim: 5 })),
  run: ({ isQuick }, compare) =>
    compare(async ({ build, data, round }) => {
      const server = await open({ build, data });
      try {
        await server.warmUp();
        const rates = [];
        for (const batchLines of sizes) {
          const lines = isQuick ? 24_000 : 200_000;
          const { count, seconds } = await server.measure({ batchLines, lines, run: `b${batchLines}`, seed: round });
          rates.push(count / seconds);
        }
        return rates;
      } finally {
        await server.close();
      }
    }),
};

module.exports = { batch, batchTrial };
