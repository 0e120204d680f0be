// @ts-check
'use strict';

const { oneDigit, percent, summarise, whole, withCpu } = require('../figures-of.js');
const { startHelper } = require('../helper-process.js');
const { createUsages } = require('../messages.js');
const { startTollgate } = require('../tollgate-process.js');

const accounts = 1_000;
const levels = [1, 8, 32];
const requestBytes = createUsages({ run: 's32r1m', seed: 1, accounts })().json.length;

/** One usage per HTTP request, over many accounts and on one, beside Fastify alone and the disk alone. @type {import('../bench').Figure} */
const single = async ({ folder, isQuick, say }) => {
  const rounds = isQuick ? 1 : 3;
  const seconds = isQuick ? 1 : 3;
  const tollgate = await startTollgate({ data: folder('single') });
  const client = startHelper('http-client.js');
  const floor = startHelper('fastify-server.js');
  const disk = startHelper('disk.js');
  try {
    const { url: floorUrl } = await floor.call('listen');
    await client.call('openAccounts', { url: tollgate.url, from: 0, to: accounts });
    const target = {
      'Fastify alone': { url: floorUrl, pid: floor.pid, accounts },
      'many accounts': { url: tollgate.url, pid: tollgate.pid, accounts },
      'one account': { url: tollgate.url, pid: tollgate.pid, accounts: 1 },
    };
    const runs = collect();
    for (const connections of levels)
      for (let round = 0; round <= rounds; round += 1) {
        const isWarmUp = round === 0;
        say(`single: ${connections} connections, ${isWarmUp ? 'warming up' : `round ${round} of ${rounds}`}`);
        const keep = isWarmUp ? () => undefined : runs.add;
        for (const [name, { url, pid, accounts }] of Object.entries(target)) {
          const messages = { run: `s${connections}r${round}${name[0]}`, seed: round, accounts };
          const options = { url, connections, seconds: isWarmUp ? seconds / 2 : seconds, ...messages };
          keep(name, connections, await withCpu(pid, () => client.call('singles', options)));
          await tollgate.untilSettled();
        }
        const bytes = requestBytes * connections;
        const synced = await disk.call('appendAndSync', { folder: folder('disk'), bytes, seconds: seconds / 2 });
        keep('fdatasync', connections, { ...synced, count: synced.count * connections });
      }
    return sections(runs.of);
  } finally {
    for (const helper of [client, floor, disk]) helper.stop();
    await tollgate.stop();
  }
};

const collect = () => {
  /** @type {Map<string, any[]>} */
  const all = new Map();
  const key = (/** @type {string} */ name, /** @type {number} */ connections) => `${name} ${connections}`;
  return {
    add: (/** @type {string} */ name, /** @type {number} */ connections, /** @type {any} */ result) =>
      void all.set(key(name, connections), [...(all.get(key(name, connections)) ?? []), result]),
    of: (/** @type {string} */ name, /** @type {number} */ connections) =>
      summarise(all.get(key(name, connections)) ?? []),
  };
};

const cells = (/** @type {ReturnType<typeof summarise>} */ { perSecond, p50Ms, p99Ms, cpuMicros }) => [
  whole(perSecond),
  oneDigit(p50Ms),
  oneDigit(p99Ms),
  oneDigit(cpuMicros),
];

/** @param {ReturnType<typeof collect>['of']} of @returns {import('../report').Section[]} */
const sections = (of) => {
  const rows = levels.map((connections) => {
    const [many, one, fastify, sync] = [
      of('many accounts', connections),
      of('one account', connections),
      of('Fastify alone', connections),
      of('fdatasync', connections),
    ];
    return { connections, many, one, fastify, sync };
  });
  const at32 = /** @type {typeof rows[number]} */ (rows.at(-1));
  const share = at32.many.perSecond / at32.fastify.perSecond;
  const hot = at32.one.perSecond / at32.many.perSecond;
  return [
    {
      title: '1. One event per HTTP request',
      measures: `POST /v1/usage (about 340 bytes) over keep-alive, one request under way per connection, ${accounts} accounts, each answer after its fsync. Floors: the same client against a bare Fastify server that parses and answers; appending the bytes of one request per connection and one fdatasync. Latencies are the client's; CPU is the server's, all threads, per event, what follows the answer included.`,
      columns: [
        'connections',
        'events/s',
        'p50 ms',
        'p99 ms',
        'CPU µs',
        'Fastify/s',
        'p50 ms',
        'p99 ms',
        'CPU µs',
        'of Fastify',
        'fdatasync/s',
        'of fdatasync',
      ],
      rows: rows.map(({ connections, many, fastify, sync }) => [
        String(connections),
        ...cells(many),
        ...cells(fastify),
        percent(many.perSecond / fastify.perSecond),
        whole(sync.perSecond),
        percent(many.perSecond / sync.perSecond),
      ]),
      marks: [
        { text: `at least 50 % of Fastify at 32 connections (${percent(share)})`, isMet: share >= 0.5 },
        {
          text: `p99 under 20 ms at 32 connections (${oneDigit(at32.many.p99Ms)} ms)`,
          isMet: (at32.many.p99Ms ?? 99) < 20,
        },
      ],
      elsewhere: "Formance 223/s, Blnk 516/s, TigerBeetle's Node client 17,000/s at 32",
      raw: rows,
    },
    {
      title: '2. The same on one hot account',
      measures: 'As figure 1, all usages on a single account. Floor: figure 1, many accounts, of the same rounds.',
      columns: ['connections', 'events/s', 'p50 ms', 'p99 ms', 'CPU µs', 'many accounts/s', 'of many accounts'],
      rows: rows.map(({ connections, many, one }) => [
        String(connections),
        ...cells(one),
        whole(many.perSecond),
        percent(one.perSecond / many.perSecond),
      ]),
      marks: [{ text: `at least 90 % of many accounts at 32 connections (${percent(hot)})`, isMet: hot >= 0.9 }],
      elsewhere: 'Formance 91/s, Blnk 218/s',
      raw: rows.map(({ connections, one }) => ({ connections, one })),
    },
  ];
};

module.exports = { single };
