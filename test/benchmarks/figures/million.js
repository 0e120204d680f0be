// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { oneDigit, percent, summarise, times, whole } = require('../figures-of.js');
const { callOnce, startHelper } = require('../helper-process.js');
const { loadEvents, loadSingles, loadWindow } = require('../load.js');
const { diskBytes, memory } = require('../process-figures.js');
const { runTollgate, startTollgate } = require('../tollgate-process.js');

const accounts = 1_000;

/** What a log of a million events costs: to write the next, to hold, to start on, to read again. @type {import('../bench').Figure} */
const million = async ({ folder, isQuick, say }) => {
  const many = isQuick ? 100_000 : 1_000_000;
  const data = folder('million');
  const loaded = await load({ data, many, isQuick, say });
  say('million: starting after a kill');
  const afterKill = await startAndStop(data, 'kill');
  const afterStop = await startAndStop(data, 'stop');
  const disk = diskByFolder(data);
  say('million: rebuilding');
  const rebuilt = await rebuild(data, isQuick ? 1 : 3);
  const logFolder = path.join(data, 'event-log');
  const scans = {
    subscribed: await callOnce('scan-log.js', 'subscribe', { folder: logFolder }),
    bytes: await callOnce('scan-log.js', 'readBytes', { folder: logFolder }),
  };
  return [rebuildSection(rebuilt, scans), ...restSections({ many, loaded, afterKill, afterStop, disk })];
};

/** Loads up to `many` events and measures what the next ones cost, at a tenth of them and at all of them. @param {any} options */
const load = async ({ data, many, isQuick, say }) => {
  const tollgate = await startTollgate({ data });
  const client = startHelper('http-client.js');
  const parts = { tollgate, client };
  const next = many / 10;
  const seconds = isQuick ? 1 : 4;
  let bytes = 0;
  const add = (/** @type {any} */ result) => {
    bytes += result.bytes ?? result.count * 338;
    return result;
  };
  try {
    await client.call('openAccounts', { url: tollgate.url, from: 0, to: accounts });
    add(await loadEvents(parts, { lines: many / 10, run: 'f', accounts, say }));
    add(await loadSingles(parts, { seconds: seconds / 2, run: 'w', accounts }));
    const atTenth = await measureNext('t');
    const left = many - ((await tollgate.logPosition()) - accounts);
    add(await loadEvents(parts, { lines: Math.ceil(left / 1_000) * 1_000, run: 'r', accounts, say }));
    const held = { events: (await tollgate.logPosition()) - accounts, ...memory(tollgate.pid) };
    const atAll = await measureNext('a');
    const events = await tollgate.logPosition();
    await tollgate.kill();
    return { atTenth, atAll, held, events, bytes };
  } finally {
    client.stop();
    await tollgate.kill();
  }

  async function measureNext(/** @type {string} */ name) {
    say(`million: what the next events cost, at ${((await tollgate.logPosition()) - accounts).toLocaleString('en')}`);
    const at = await tollgate.logPosition();
    const batches = add(await loadWindow(parts, { lines: next, run: `n${name}`, accounts }));
    return { at, batches, singles: add(await loadSingles(parts, { seconds, run: `s${name}`, accounts })) };
  }
};

/** Bytes of disk of each part of a data folder. */
const diskByFolder = (/** @type {string} */ data) =>
  ['event-log/log', ...fs.readdirSync(data).filter((name) => name !== 'event-log'), 'event-log/streams'].map(
    (name) => ({
      name,
      bytes: diskBytes(path.join(data, name)),
    }),
  );

const startAndStop = async (/** @type {string} */ data, /** @type {'stop' | 'kill'} */ before) => {
  const tollgate = await startTollgate({ data });
  try {
    const readySeconds = await tollgate.untilReady();
    return { before, readySeconds, ...memory(tollgate.pid) };
  } finally {
    await tollgate.stop();
  }
};

/** The rate `tollgate rebuild` itself prints for its fold, so that neither start nor comparison counts. @param {string} data @param {number} rounds */
const rebuild = async (data, rounds) => {
  const runs = [];
  for (let round = 0; round < rounds; round += 1) {
    const { code, output } = await runTollgate(['rebuild', '--data', data]);
    const rate = Number(/.*events, ([\d,]+)\/s/s.exec(output)?.[1]?.replaceAll(',', ''));
    if (code !== 0 || !(rate > 0)) throw new Error(`tollgate rebuild ended with ${code}:\n${output}`);
    runs.push({ count: rate, seconds: 1 });
  }
  return summarise(runs);
};

/** @param {any} rebuilt @param {any} scans @returns {import('../report').Section} */
const rebuildSection = (rebuilt, scans) => {
  const [subscribed, bytes] = [scans.subscribed, scans.bytes].map((scan) => ({
    perSecond: scan.count / scan.seconds,
    cpuMicros: (scan.cpuSeconds * 1e6) / scan.count,
    ...scan,
  }));
  const row = (/** @type {string} */ name, /** @type {any} */ { perSecond, cpuMicros }) => [
    name,
    whole(perSecond),
    oneDigit(cpuMicros),
    percent(rebuilt.perSecond / perSecond),
  ];
  return {
    title: '6. Full rebuild of the read models',
    measures: `\`tollgate rebuild\` over ${whole(scans.subscribed.count)} events: the fold of the whole log into new read models, without the start of the process and the comparison with the old ones. Floors: the same log read as a follower gets it (checked, parsed, nothing done), and its records as bytes.`,
    columns: ['', 'events/s', 'CPU µs', 'rebuild is'],
    rows: [['rebuild', whole(rebuilt.perSecond), '', ''], row('scan, parsed', subscribed), row('scan, bytes', bytes)],
    marks: [{ text: `at least 200,000 events/s (${whole(rebuilt.perSecond)}/s)`, isMet: rebuilt.perSecond >= 200_000 }],
    raw: { rebuilt, subscribed, bytes },
  };
};

/** @param {any} figures @returns {import('../report').Section[]} */
const restSections = ({ many, loaded, afterKill, afterStop, disk }) => {
  const { atTenth, atAll, held, events, bytes } = loaded;
  const slowest = Math.max(afterKill.readySeconds, afterStop.readySeconds);
  const most = Math.max(held.rssMb, afterKill.rssMb, afterStop.rssMb);
  const perEvent = disk.reduce((/** @type {number} */ sum, /** @type {any} */ part) => sum + part.bytes, 0) / events;
  const memoryCells = (/** @type {any} */ { rssMb, rssAnonMb, peakRssMb }) => [
    String(rssMb),
    String(rssAnonMb),
    String(peakRssMb),
  ];
  return [
    {
      title: `7. At ${whole(many)} events: ready, memory, disk`,
      measures: `${whole(events)} events of ${accounts} accounts in one data folder. Ready: from starting the process to the first 200 of /readyz, all parts caught up. Memory in 10^6 bytes; "no file" is what no file backs (RssAnon), the rest of RSS being pages of the log the system may take back. Disk: every block of the stopped data folder, indexes and read models included, over the events; payload: the JSON lines as sent.`,
      columns: ['', 'ready s', 'RSS MB', 'no file MB', 'peak RSS MB', 'bytes/event', 'payload', 'of payload'],
      rows: [
        [`having taken in ${whole(held.events)}`, '', ...memoryCells(held), '', '', ''],
        ['started after kill -9', oneDigit(afterKill.readySeconds), ...memoryCells(afterKill), '', '', ''],
        ['started after SIGTERM', oneDigit(afterStop.readySeconds), ...memoryCells(afterStop), '', '', ''],
        ['stopped', '', '', '', '', whole(perEvent), whole(bytes / events), times((perEvent * events) / bytes)],
        ...disk.map((/** @type {any} */ part) => [
          `  of which ${part.name}`,
          '',
          '',
          '',
          '',
          whole(part.bytes / events),
          '',
          times(part.bytes / bytes),
        ]),
      ],
      marks: [
        { text: `ready in at most 3 s (${oneDigit(slowest)} s)`, isMet: slowest <= 3 },
        {
          text: `under 500 MB at ${whole(many)} events (RSS ${most} MB, without files ${Math.max(held.rssAnonMb, afterStop.rssAnonMb)} MB)`,
          isMet: most < 500,
        },
        { text: `under 600 bytes on disk per event (${whole(perEvent)})`, isMet: perEvent < 600 },
      ],
      elsewhere: 'Formance 3.8 kB, Blnk 2.0 kB, TigerBeetle 0.8 to 1.0 kB per event',
      raw: { held, afterKill, afterStop, disk, events, bytes },
    },
    flatSection(`8a. Cost per event at ${whole(many / 10)} and ${whole(many)} events`, 'events in the log', [
      atTenth,
      atAll,
    ]),
  ];
};

/**
 * @param {string} title @param {string} size
 * @param {{ at: number, batches: any, singles: any }[]} two @returns {import('../report').Section}
 */
const flatSection = (title, size, two) => {
  const figures = two.map(({ at, batches, singles }) => ({
    at,
    batches: summarise([batches]),
    singles: summarise([singles]),
  }));
  const [small, large] = /** @type {[typeof figures[number], typeof figures[number]]} */ (figures);
  const ratio = (/** @type {'batches' | 'singles'} */ kind) =>
    Number(large[kind].cpuMicros) / Number(small[kind].cpuMicros);
  return {
    title,
    measures:
      'The next events in batches of 1,000 lines (3 under way, until balances and decisions have followed), then one per request at 32 connections, at two sizes a factor of ten apart. The floor is the smaller size. CPU of the server, all threads, per event.',
    columns: [size, 'batch events/s', 'CPU µs', 'single events/s', 'p99 ms', 'CPU µs'],
    rows: [
      ...figures.map(({ at, batches, singles }) => [
        whole(at),
        whole(batches.perSecond),
        oneDigit(batches.cpuMicros),
        whole(singles.perSecond),
        oneDigit(singles.p99Ms),
        oneDigit(singles.cpuMicros),
      ]),
      [
        'larger / smaller',
        times(large.batches.perSecond / small.batches.perSecond),
        times(ratio('batches')),
        times(large.singles.perSecond / small.singles.perSecond),
        times(Number(large.singles.p99Ms) / Number(small.singles.p99Ms)),
        times(ratio('singles')),
      ],
    ],
    marks: [
      {
        text: `the CPU of an event does not grow with the size (batches ${times(ratio('batches'))}, singles ${times(ratio('singles'))}; up to 1.15 x is taken for noise)`,
        isMet: Math.max(ratio('batches'), ratio('singles')) <= 1.15,
      },
    ],
    raw: two,
  };
};

module.exports = { flatSection, million };
