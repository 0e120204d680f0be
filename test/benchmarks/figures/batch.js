// @ts-check
'use strict';

const { median, oneDigit, percent, summarise, whole, withCpu } = require('../figures-of.js');
const { callOnce, startHelper } = require('../helper-process.js');
const { startTollgate } = require('../tollgate-process.js');

const accounts = 1_000;
const inFlight = 3;
const sizes = [100, 1_000, 8_000];

/** NDJSON batches over HTTP beside parsing and checking the same lines. @type {import('../bench').Figure} */
const batch = async ({ folder, isQuick, say }) => {
  const rounds = isQuick ? 1 : 3;
  const tollgate = await startTollgate({ data: folder('batch') });
  const client = startHelper('http-client.js');
  /** @type {any[]} */
  const rows = [];
  try {
    await client.call('openAccounts', { url: tollgate.url, from: 0, to: accounts });
    for (const batchLines of sizes) {
      const lines = Math.ceil((isQuick ? 24_000 : 160_000) / batchLines) * batchLines;
      const runs = [];
      const floors = [];
      for (let round = 0; round <= rounds; round += 1) {
        say(`batch: ${batchLines} lines, ${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}`);
        const messages = { batchLines, run: `b${batchLines}r${round}`, seed: round, accounts };
        const warmUp = Math.min(lines, 40_000);
        await client.call('prepareBatches', { ...messages, lines: round === 0 ? warmUp : lines });
        const run = await withCpu(tollgate.pid, () =>
          answeredAndSettled(tollgate, () => client.call('batches', { url: tollgate.url, inFlight })),
        );
        if (round === 0) continue;
        runs.push(run);
        floors.push(await callOnce('parse-lines.js', 'parseBatches', { ...messages, lines }));
      }
      const tolled = summarise(runs.map((run) => ({ ...run, count: run.lines })));
      const settledPerSecond = median(runs.map((run) => run.lines / run.settledSeconds));
      rows.push({
        batchLines,
        tolled,
        settledPerSecond,
        floor: summarise(floors.map((run) => ({ ...run, count: run.lines }))),
      });
    }
  } finally {
    client.stop();
    await tollgate.stop();
  }
  return [section(rows)];
};

/** @param {import('../tollgate-process').TollgateProcess} tollgate @param {() => Promise<any>} send */
const answeredAndSettled = async (tollgate, send) => {
  const startedAt = performance.now();
  const result = await send();
  await tollgate.untilSettled();
  return { ...result, settledSeconds: (performance.now() - startedAt) / 1_000 };
};

/** @param {any[]} rows @returns {import('../report').Section} */
const section = (rows) => {
  const at1000 = rows.find(({ batchLines }) => batchLines === 1_000).tolled.perSecond;
  return {
    title: '3. HTTP batches',
    measures: `POST /v1/batch of 100, 1,000 and 8,000 usages (about 350 bytes a line), ${inFlight} under way at once, ${accounts} accounts, each answer after the fsync of all its lines; every answer line is checked. "Settled": until balances and decisions are up to date as well. Floor: JSON.parse and the zod schemas over the same lines on one core, nothing stored.`,
    columns: [
      'lines',
      'events/s',
      'settled/s',
      'p50 ms',
      'p99 ms',
      'CPU µs',
      'parse + zod/s',
      'CPU µs',
      'of the floor',
    ],
    rows: rows.map(({ batchLines, tolled, settledPerSecond, floor }) => [
      whole(batchLines),
      whole(tolled.perSecond),
      whole(settledPerSecond),
      oneDigit(tolled.p50Ms),
      oneDigit(tolled.p99Ms),
      oneDigit(tolled.cpuMicros),
      whole(floor.perSecond),
      oneDigit(floor.cpuMicros),
      percent(tolled.perSecond / floor.perSecond),
    ]),
    marks: [{ text: `at least 60,000 events/s at 1,000 lines (${whole(at1000)}/s)`, isMet: at1000 >= 60_000 }],
    elsewhere: 'Formance 163/s, Blnk 218/s, TigerBeetle 77,000/s at 1,000 and 117,000/s at 8,000',
    raw: rows,
  };
};

module.exports = { batch };
