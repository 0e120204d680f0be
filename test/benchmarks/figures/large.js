// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { deleteDerived, diskByFolder } = require('../data-folder.js');
const { oneDigit, times, whole } = require('../figures-of.js');
const { startHelper } = require('../helper-process.js');
const { loadEvents } = require('../load.js');
const { diskBytes, forgetPeak, memory } = require('../process-figures.js');
const { replay } = require('../replay.js');
const { startTollgate } = require('../tollgate-process.js');
const { writeFloor } = require('../write-floor.js');
const { costSection } = require('./cost.js');

/** What ten million events cost: to write the next, to hold, to start on. @type {import('../bench').Figure} */
const large = async (bench) => {
  const { build, folder, isQuick } = bench;
  const scale = isQuick ? 100 : 1;
  const sizes = { accounts: 100_000 / (isQuick ? 20 : 1), few: 1_000_000 / scale, many: 10_000_000 / scale };
  const where = { build, data: folder('large') };
  const atFew = await loadFew(where, sizes, bench);
  const few = { derivedBytes: derivedBytes(where.data), ...(await replay({ ...where, scratch: folder('table') })) };
  const atMany = await loadMany(where, sizes, bench);
  const ready = await measureReady(where, bench);
  const many = { derivedBytes: ready.derivedBytes, ...(await replay({ ...where, scratch: folder('table') })) };
  const bytes = atFew.bytes + atMany.bytes;
  return [
    readySection({ ready, sizes }),
    memorySection({ held: atMany.held, few, many, sizes }),
    costSection('Cost of an event as the log grows', 'events', [
      { at: sizes.few, ...atFew.cost },
      { at: sizes.many, ...atMany.cost },
    ]),
    diskSection({ disk: ready.disk, events: atMany.events, payload: bytes / (atMany.events - sizes.accounts) }),
  ];
};

/** @typedef {{ build: string, data: string }} Where */
/** @typedef {{ accounts: number, few: number, many: number }} Sizes */

/** The cost of the next events when the log has few, then stopped. @param {Where} where @param {Sizes} sizes @param {import('../bench').Bench} bench */
const loadFew = (where, { accounts, few }, { folder, say }) =>
  withClient(where, async ({ tollgate, client }) => {
    say(`large: opening ${whole(accounts)} accounts`);
    await client.call('openAccounts', { url: tollgate.url, from: 0, to: accounts });
    const parts = { tollgate, client };
    const first = await loadEvents(parts, { lines: few, run: 'f', accounts, say });
    const cost = await loadEvents(parts, { lines: few / 2, run: 'g', accounts, say });
    const writeMicros = writeFloor(folder('floor-few'));
    await tollgate.stop();
    return { cost: { ...cost, writeMicros }, bytes: first.bytes + cost.bytes };
  });

/** Up to many, with the most memory that the last tenth needed, and the cost of what then comes; killed. @param {Where} where @param {Sizes} sizes @param {import('../bench').Bench} bench */
const loadMany = (where, { accounts, few, many }, { folder, say }) =>
  withClient(where, async ({ tollgate, client }) => {
    const parts = { tollgate, client };
    const rest = await loadEvents(parts, { lines: many - 2.5 * few, run: 'm', accounts, say });
    forgetPeak(tollgate.pid);
    const last = await loadEvents(parts, { lines: few, run: 'n', accounts, say });
    const held = memory(tollgate.pid);
    const cost = await loadEvents(parts, { lines: few / 2, run: 'o', accounts, say });
    const writeMicros = writeFloor(folder('floor-many'));
    const events = await tollgate.logPosition();
    await tollgate.kill();
    return { cost: { ...cost, writeMicros }, held, events, bytes: rest.bytes + last.bytes + cost.bytes };
  });

/** @template T @param {Where} where @param {(parts: import('../load').Loaded) => Promise<T>} act */
const withClient = async (where, act) => {
  const tollgate = await startTollgate(where);
  const client = startHelper('http-client.js');
  try {
    return await act({ tollgate, client });
  } finally {
    client.stop();
    await tollgate.kill();
  }
};

/** Three starts: on what the kill left, on what an orderly stop left, and on the log alone. @param {Where} where @param {import('../bench').Bench} bench */
const measureReady = async (where, { say }) => {
  say('large: starting after a kill');
  const killed = await startAndStop(where);
  say('large: starting after a stop');
  const stopped = await startAndStop(where);
  const [derived, disk] = [derivedBytes(where.data), diskByFolder(where.data)];
  say('large: starting on the log alone');
  deleteDerived(where.data);
  const logAlone = await startAndStop(where);
  return { killed, stopped, logAlone, derivedBytes: derived, disk };
};

/** @param {Where} where */
const startAndStop = async (where) => {
  const tollgate = await startTollgate(where);
  try {
    const readySeconds = await tollgate.untilReady();
    return { readySeconds, ...memory(tollgate.pid) };
  } finally {
    await tollgate.stop();
  }
};

/** Of what grows with ids: the table's folder; its snapshot grows with accounts alone. */
const derivedBytes = (/** @type {string} */ data) => {
  const table = path.join(data, 'account-table');
  return fs.existsSync(table) ? diskBytes(table) : NaN;
};

/** @param {any} figures @returns {import('../report').Section} */
const readySection = ({ ready, sizes }) => {
  const { killed, stopped, logAlone } = ready;
  const derived = Math.max(killed.readySeconds, stopped.readySeconds);
  const row = (/** @type {string} */ name, /** @type {any} */ { readySeconds, rssMb, peakRssMb }) => [
    name,
    oneDigit(readySeconds),
    String(rssMb),
    String(peakRssMb),
  ];
  return {
    title: `Ready at ${whole(sizes.many)} events`,
    measures: `From starting the process to the first 200 of /readyz, all parts caught up; ${whole(sizes.accounts)} accounts. Memory in 10^6 bytes.`,
    columns: ['started', 'ready s', 'RSS MB', 'peak RSS MB'],
    rows: [
      row('after kill -9', killed),
      row('after SIGTERM', stopped),
      row('with every derived file deleted', logAlone),
    ],
    findings: [
      {
        figure: `ready at ${whole(sizes.many)} events`,
        tollgate: `${oneDigit(killed.readySeconds)} s after kill -9; ${oneDigit(logAlone.readySeconds)} s from the log alone`,
        marks: [
          { text: '≤ 2 s', isMet: derived <= 2 },
          { text: '≤ 12 s with every derived file deleted', isMet: logAlone.readySeconds <= 12 },
        ],
      },
    ],
    raw: ready,
  };
};

/** What ids cost is the difference between two sizes with the same accounts. @param {any} figures @returns {import('../report').Section} */
const memorySection = ({ held, few, many, sizes }) => {
  const ids = many.count - few.count;
  const onDisk = (many.derivedBytes - few.derivedBytes) / ids;
  const inMemory = (many.memoryBytes - few.memoryBytes) / ids;
  return {
    title: `Memory at ${whole(sizes.accounts)} accounts and ${whole(sizes.many)} ids`,
    measures: `RSS while loading in batches of 1,000: the most during the last ${whole(sizes.few)} events. An id: what the table's folder (stopped) and the table itself (after a replay in a process of its own, garbage collected) grew by from ${whole(few.count)} to ${whole(many.count)} events, everything counted that grows with events.`,
    columns: ['', 'RSS MB', 'no file MB', 'peak RSS MB', 'disk B/id', 'memory B/id'],
    rows: [
      [
        'loading',
        String(held.rssMb),
        String(held.rssAnonMb),
        String(held.peakRssMb),
        oneDigit(onDisk),
        oneDigit(inMemory),
      ],
    ],
    findings: [
      {
        figure: `memory at ${whole(sizes.accounts)} accounts and ${whole(sizes.many)} ids, loading`,
        tollgate: `${held.peakRssMb} MB`,
        marks: [{ text: '< 300 MB', isMet: held.peakRssMb < 300 }],
      },
      {
        figure: 'an id, on disk / in memory',
        tollgate: `${oneDigit(onDisk)} B / ${oneDigit(inMemory)} B`,
        marks: [
          { text: '≤ 20 B on disk', isMet: onDisk <= 20 },
          { text: '≤ 3 B in memory', isMet: inMemory <= 3 },
        ],
      },
    ],
    raw: { held, few, many },
  };
};

/** @param {any} figures @returns {import('../report').Section} */
const diskSection = ({ disk, events, payload }) => {
  const all = disk.reduce((/** @type {number} */ sum, /** @type {any} */ { bytes }) => sum + bytes, 0);
  return {
    title: 'Disk',
    measures: `Every block of the stopped data folder, derived files included, over its ${whole(events)} events. Payload: the JSON lines as sent.`,
    columns: ['', 'bytes/event', 'of payload'],
    rows: [{ name: 'all', bytes: all }, ...disk].map(({ name, bytes }) => [
      name,
      oneDigit(bytes / events),
      times(bytes / events / payload),
    ]),
    findings: [
      {
        figure: 'disk per event',
        tollgate: `${whole(all / events)} B`,
        floor: `payload ${whole(payload)} B`,
        marks: [{ text: '≤ 600 B', isMet: all / events <= 600 }],
      },
    ],
    elsewhere: 'Formance 3.8 kB, Blnk 2.0 kB, TigerBeetle 0.8 to 1.0 kB per event',
    raw: { disk, events, payload },
  };
};

module.exports = { large };
