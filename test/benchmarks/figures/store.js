// @ts-check
'use strict';

const { oneDigit, percent, shareOf, summarise, whole, withCpu } = require('../figures-of.js');
const { startHelper } = require('../helper-process.js');
const { startStore } = require('../store-server.js');
const { startTollgate } = require('../tollgate-process.js');

const accounts = 1_000;
const singlesInFlight = 32;
const batchLines = 1_000;
const batchesInFlight = 3;
/** Of whom a batch of 1,000 has a hundred events each, which travel as one append. */
const fewAccounts = 10;
const bulk = { events: 100, inFlight: 8 };

/** The log in an event store: `tollgate serve` on it beside appends and reads of its client alone. @type {import('../bench').Figure} */
const store = async ({ build, folder, isQuick, say }) => {
  const server = await startStore(folder('store'));
  const tollgate = await startTollgate({ build, data: folder('of-store'), settings: { EVENTSTORE_URL: server.url } });
  const http = startHelper('http-client.js');
  const raw = startHelper('store-client.js');
  try {
    await http.call('openAccounts', { url: tollgate.url, from: 0, to: accounts });
    const seconds = isQuick ? 1 : 4;
    const runs = { single: [], rawSingle: [], batch: [], few: [], rawBulk: [], replay: [], rawRead: [] };
    for (let round = 0; round <= (isQuick ? 1 : 3); round += 1) {
      say(`store: ${round === 0 ? 'warming up' : `round ${round}`}`);
      const add = (/** @type {string} */ name, /** @type {any} */ run) =>
        round > 0 && /** @type {any} */ (runs)[name].push(run);
      const appends = { url: server.url, seconds };
      add(
        'rawSingle',
        await raw.call('append', { ...appends, events: 1, inFlight: singlesInFlight, run: `s${round}` }),
      );
      const singles = { url: tollgate.url, connections: singlesInFlight, seconds, seed: round, accounts };
      add('single', await withCpu(tollgate.pid, () => http.call('singles', { ...singles, run: `s${round}` })));
      await tollgate.untilSettled();
      add('rawBulk', await raw.call('append', { ...appends, ...bulk, run: `b${round}` }));
      for (const [name, of] of /** @type {const} */ ([
        ['batch', accounts],
        ['few', fewAccounts],
      ])) {
        const messages = { batchLines, lines: isQuick ? 3_000 : 20_000, run: `${name}${round}`, seed: round };
        await http.call('prepareBatches', { ...messages, accounts: of });
        const batches = { url: tollgate.url, inFlight: batchesInFlight };
        add(name, await withCpu(tollgate.pid, () => http.call('batches', batches)));
        await tollgate.untilSettled();
      }
    }
    for (let round = 1; round <= (isQuick ? 1 : 3); round += 1) {
      say(`store: replay ${round}`);
      const read = await raw.call('readAll', { url: server.url });
      runs.rawRead.push(/** @type {never} */ (read));
      runs.replay.push(
        /** @type {never} */ (await replayed({ build, data: folder(`replay-${round}`), url: server.url, ...read })),
      );
    }
    return [section(runs)];
  } finally {
    http.stop();
    raw.stop();
    await tollgate.stop();
    await server.stop();
  }
};

/** Until a Tollgate with an empty data folder is ready: everything in the store is passed over or folded. @param {{ build: string, data: string, url: string, count: number }} options */
const replayed = async ({ build, data, url, count }) => {
  const startedAt = performance.now();
  const tollgate = await startTollgate({ build, data, settings: { EVENTSTORE_URL: url } });
  await tollgate.untilReady();
  const seconds = (performance.now() - startedAt) / 1_000;
  await tollgate.stop();
  return { count, seconds };
};

/** What a real server did on such a machine (23.10.6, 2 cores, client and server on them, plain path, 2026-11). */
const realServer = { single: 1_735, bulk: 10_224, read: 18_832 };

/** @param {any} runs @returns {import('../report').Section} */
const section = (runs) => {
  const rows = [
    {
      name: `one event per request, ${singlesInFlight} connections`,
      of: 'single',
      floor: 'rawSingle',
      real: realServer.single,
    },
    {
      name: `batches of ${whole(batchLines)} of ${whole(accounts)} accounts`,
      of: 'batch',
      floor: 'rawSingle',
      real: realServer.single,
    },
    {
      name: `batches of ${whole(batchLines)} of ${whole(fewAccounts)} accounts`,
      of: 'few',
      floor: 'rawBulk',
      real: realServer.bulk,
    },
    { name: 'start on an empty data folder', of: 'replay', floor: 'rawRead', real: realServer.read },
  ].map(({ of, floor, ...row }) => ({
    ...{ ...row, tollgate: summarise(runs[of]), client: summarise(runs[floor]), share: shareOf(runs[of], runs[floor]) },
    did: floors[/** @type {keyof typeof floors} */ (floor)],
  }));
  return {
    title: 'The log in an event store, taken on the test server',
    measures: `\`tollgate serve\` with EVENTSTORE_URL, on the EventStoreDB server for tests (one Node process, its events in a file, not synced), everything on the same two cores: the figures are not those of a real server, which the last column has. Single: POST /v1/usage, ${whole(accounts)} accounts. Batches: POST /v1/batch, ${batchesInFlight} under way; events of one account that come together travel as one append. Floors: the store's client alone on the plain path, ${singlesInFlight} appends of one event under way, or ${bulk.inFlight} of ${bulk.events} events; readAll of the whole store. Start: a process with an empty data folder until it is ready; what the floors have appended is passed over there by the server.`,
    columns: ['', 'events/s', 'p99 ms', 'CPU µs', 'client alone/s', 'of the client', 'client alone on a real server/s'],
    rows: rows.map(({ name, tollgate, client, share, real }) => [
      ...[name, whole(tollgate.perSecond), oneDigit(tollgate.p99Ms), oneDigit(tollgate.cpuMicros)],
      ...[whole(client.perSecond), percent(share), whole(real)],
    ]),
    findings: rows.map(({ name, did, tollgate, client, share }) => ({
      figure: `event store (test server): ${name}`,
      tollgate: `${whole(tollgate.perSecond)}/s`,
      floor: `its client alone, ${did}: ${whole(client.perSecond)}/s (${percent(share)})`,
      marks: [],
    })),
    raw: runs,
  };
};

const floors = {
  rawSingle: 'appends of one event',
  rawBulk: `appends of ${bulk.events}`,
  rawRead: 'readAll',
};

module.exports = { store };
