// @ts-check
'use strict';

const { oneDigit, percent, shareOf, summarise, whole, withCpu } = require('../figures-of.js');
const { startHelper } = require('../helper-process.js');
const { createUsages } = require('../messages.js');
const { startTollgate } = require('../tollgate-process.js');

const accounts = 1_000;
const levels = [1, 8, 32];
const requestBytes = createUsages({ run: 's32r1m', seed: 1, accounts })().json.length;

/** One usage per HTTP request, over many accounts and on one, beside Fastify alone and the disk alone. @type {import('../bench').Figure} */
const single = async ({ build, folder, isQuick, say }) => {
  const seconds = isQuick ? 1 : 3;
  const tollgate = await startTollgate({ build, data: folder('single') });
  const client = startHelper('http-client.js');
  const floor = startHelper('fastify-server.js');
  const disk = startHelper('disk.js');
  try {
    const { url: floorUrl } = await floor.call('listen');
    await client.call('openAccounts', { url: tollgate.url, from: 0, to: accounts });
    const targets = {
      fastify: { url: floorUrl, pid: floor.pid, accounts },
      many: { url: tollgate.url, pid: tollgate.pid, accounts },
      one: { url: tollgate.url, pid: tollgate.pid, accounts: 1 },
    };
    const all = [];
    for (const connections of levels) {
      const runs = { fastify: [], many: [], one: [], sync: [] };
      const rounds = isQuick ? 1 : connections === 32 ? 5 : 3;
      for (let round = 0; round <= rounds; round += 1) {
        say(`single: ${connections} connections, ${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}`);
        for (const [name, { url, pid, accounts }] of Object.entries(targets)) {
          const messages = { run: `s${connections}r${round}${name[0]}`, seed: round, accounts };
          const options = { url, connections, seconds: round === 0 ? seconds / 2 : seconds, ...messages };
          add(runs, { name, round, run: await withCpu(pid, () => client.call('singles', options)) });
          await tollgate.untilSettled();
        }
        const bytes = requestBytes * connections;
        const synced = await disk.call('appendAndSync', { folder: folder('disk'), bytes, seconds: seconds / 2 });
        add(runs, { name: 'sync', round, run: { ...synced, count: synced.count * connections } });
      }
      all.push({ connections, runs });
    }
    return sections(all);
  } finally {
    for (const helper of [client, floor, disk]) helper.stop();
    await tollgate.stop();
  }
};

/** Round 0 only warms up. @param {any} runs @param {{ name: string, round: number, run: any }} one */
const add = (runs, { name, round, run }) => {
  if (round > 0) runs[name].push(run);
};

const cells = (/** @type {ReturnType<typeof summarise>} */ { perSecond, p50Ms, p99Ms, cpuMicros }) => [
  whole(perSecond),
  oneDigit(p50Ms),
  oneDigit(p99Ms),
  oneDigit(cpuMicros),
];

/** @param {any[]} all @returns {import('../report').Section[]} */
const sections = (all) => {
  const rows = all.map(({ connections, runs }) => ({
    connections,
    many: summarise(runs.many),
    one: summarise(runs.one),
    fastify: summarise(runs.fastify),
    sync: summarise(runs.sync),
    ofFastify: shareOf(runs.many, runs.fastify),
    ofSync: shareOf(runs.many, runs.sync),
    ofMany: shareOf(runs.one, runs.many),
  }));
  return [manySection(rows, all), hotSection(rows)];
};

/** @param {any[]} rows @param {object} raw @returns {import('../report').Section} */
const manySection = (rows, raw) => ({
  title: 'One event per HTTP request',
  measures: `POST /v1/usage (about 340 bytes) over keep-alive, one request under way per connection, ${accounts} accounts, each answer after its fsync. Floors: the same client against a bare Fastify server that parses and answers; appending the bytes of one request per connection and one fdatasync. Latencies are the client's; CPU is the server's, all threads, per event, what follows the answer included.`,
  columns: [
    ...['connections', 'events/s', 'p50 ms', 'p99 ms', 'CPU µs'],
    ...['Fastify/s', 'p50 ms', 'p99 ms', 'CPU µs', 'of Fastify', 'fdatasync/s', 'of fdatasync'],
  ],
  rows: rows.map(({ connections, many, fastify, sync, ofFastify, ofSync }) => [
    String(connections),
    ...cells(many),
    ...cells(fastify),
    percent(ofFastify),
    whole(sync.perSecond),
    percent(ofSync),
  ]),
  findings: rows.map(({ connections, many, fastify, sync, ofFastify, ofSync }) => ({
    figure: `one event per request, ${connections} connection${connections === 1 ? '' : 's'}`,
    tollgate: `${whole(many.perSecond)}/s, p99 ${oneDigit(many.p99Ms)} ms`,
    floor: `bare Fastify ${whole(fastify.perSecond)}/s (${percent(ofFastify)})${connections === 1 ? `; fdatasync alone ${whole(sync.perSecond)}/s (${percent(ofSync)})` : ''}`,
    marks:
      connections === 32
        ? [
            { text: '≥ 50 % of Fastify', isMet: ofFastify >= 0.5 },
            { text: 'p99 < 6 ms', isMet: many.p99Ms < 6 },
          ]
        : [],
  })),
  elsewhere: "Formance 223/s, Blnk 516/s, TigerBeetle's Node client 17,000/s at 32",
  raw,
});

/** @param {any[]} rows @returns {import('../report').Section} */
const hotSection = (rows) => {
  const { one, ofMany } = rows.at(-1);
  return {
    title: 'The same on one hot account',
    measures: 'As above, all usages on a single account. Floor: many accounts, of the same rounds.',
    columns: ['connections', 'events/s', 'p50 ms', 'p99 ms', 'CPU µs', 'many accounts/s', 'of many accounts'],
    rows: rows.map(({ connections, many, one, ofMany }) => [
      String(connections),
      ...cells(one),
      whole(many.perSecond),
      percent(ofMany),
    ]),
    findings: [
      {
        figure: 'the same on one hot account',
        tollgate: `${whole(one.perSecond)}/s (${percent(ofMany)} of the row above)`,
        marks: [{ text: '≥ 95 %', isMet: ofMany >= 0.95 }],
      },
    ],
    elsewhere: 'Formance 91/s, Blnk 218/s',
    raw: rows,
  };
};

/** @type {import('../pairs').Trial} */
const singleTrial = {
  figures: [{ figure: 'one event per request, 32 connections', unit: '/s' }],
  run: ({ isQuick }, compare) =>
    compare(async ({ build, data, round }) => {
      const tollgate = await startTollgate({ build, data });
      const client = startHelper('http-client.js');
      try {
        await client.call('openAccounts', { url: tollgate.url, from: 0, to: accounts });
        const options = { url: tollgate.url, connections: 32, accounts };
        await client.call('singles', { ...options, seconds: isQuick ? 1 : 3, run: 'warm', seed: 0 });
        const run = { ...options, seconds: isQuick ? 1 : 4, run: 'hot', seed: round };
        const { count, seconds } = await client.call('singles', run);
        return [count / seconds];
      } finally {
        client.stop();
        await tollgate.stop();
      }
    }),
};

module.exports = { single, singleTrial };
