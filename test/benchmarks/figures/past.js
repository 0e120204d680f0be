// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { oneDigit, percentile, summarise, whole } = require('../figures-of.js');
const { callOnce, startHelper } = require('../helper-process.js');
const { loadEvents } = require('../load.js');
const { accountId } = require('../messages.js');
const { prove, untilSigned } = require('../proofs.js');
const { startTollgate } = require('../tollgate-process.js');

const accounts = 10_000;
const [usualEvents, mostOfOne] = [2_000_000, 1_000_000];
const pageAccounts = 1_000;
const keepTimeoutMs = 600_000;
const pauseMs = 2;
/** Of a record of an event, and how many of them are kept together. */
const kept = { bytes: 56, atOnce: 8_192 };

/** An account with very many events, in a log with many others of others, as it was; and the others, page by page. @type {import('../bench').Figure} */
const past = async ({ build, folder, isQuick, events: wanted, say }) => {
  const data = folder('past');
  const all = wanted ?? usualEvents / (isQuick ? 20 : 1);
  const events = Math.min(all / 2, mostOfOne);
  const asks = isQuick ? 10 : 100;
  const keys = folder('past-keys');
  const settings = { TOLLGATE_SIGNING_KEY: path.join(keys, 'signing.pem') };
  const tollgate = await startTollgate({ build, data, settings });
  const client = startHelper('http-client.js');
  try {
    await client.call('openAccounts', { url: tollgate.url, from: 0, to: accounts });
    for (const window of [0, 1, 2, 3]) {
      const others = { lines: (all - events) / 4, run: `others${window}`, accounts, say };
      await loadEvents({ tollgate, client }, { lines: events / 4, run: `big${window}`, accounts: 1, say });
      await loadEvents({ tollgate, client }, others);
    }
    const first = await askTimes(tollgate, 1);
    say('past: until it is kept');
    const keptSeconds = await untilKept(path.join(data, 'past'), events);
    const alone = await askTimes(tollgate, asks);
    const pages = await pageTimes(tollgate, asks);
    const probing = client.call('probe', { url: tollgate.url, pauseMs, run: 'probe', seed: 5, accounts });
    const beside = await askTimes(tollgate, asks);
    await client.call('endProbe');
    const floor = await callOnce('scan-files.js', 'scan', { folder: path.join(data, 'past') });
    say('past: proofs');
    const { events: signed } = await untilSigned(tollgate);
    const proven = { events: signed, ...(await prove(tollgate, signed)) };
    const probed = summarise([await probing]);
    return [section({ all, events, first, keptSeconds, alone, pages, beside, probed, floor, proven })];
  } finally {
    client.stop();
    await tollgate.stop();
  }
};

const waysTo = (/** @type {number} */ position) => [
  ...['occurredBefore=2026-01-31T12:30:00Z', 'recordedBefore=2126-01-01T00:00:00Z'],
  `atPosition=${position}`,
];

/** The three ways in turn, one question after the other, in ms. @param {import('../tollgate-process').TollgateProcess} tollgate */
const askTimes = async ({ url, logPosition }, /** @type {number} */ asks) => {
  const ways = waysTo(await logPosition());
  const tooks = new Float64Array(asks * ways.length);
  for (let at = 0; at < tooks.length; at += 1) {
    const startedAt = performance.now();
    const answer = await fetch(`${url}/v1/accounts/${accountId(0)}?${ways[at % ways.length]}`);
    await answer.text();
    if (answer.status !== 200) throw new Error(`answer ${answer.status} to ${ways[at % ways.length]}`);
    tooks[at] = performance.now() - startedAt;
  }
  return tooks;
};

/** The list of accounts, from its start on, the three ways in turn: what an answer takes, in ms, and how many accounts it has. @param {import('../tollgate-process').TollgateProcess} tollgate */
const pageTimes = async ({ url, logPosition }, /** @type {number} */ asks) => {
  const ways = waysTo(await logPosition());
  const tooks = new Float64Array(asks);
  let found = 0;
  for (let at = 0, after = ''; at < tooks.length; at += 1) {
    const startedAt = performance.now();
    const answer = await fetch(`${url}/v1/accounts?limit=${pageAccounts}&${ways[at % ways.length]}${after}`);
    const { items, next } = /** @type {any} */ (await answer.json());
    tooks[at] = performance.now() - startedAt;
    found += items.length;
    after = next === null ? '' : `&after=${next}`;
  }
  return { tooks, accounts: found / asks };
};

/** Until all is kept but what comes after the last whole block. @param {string} folder @param {number} events */
const untilKept = async (folder, events) => {
  const startedAt = performance.now();
  const bytes = (Math.floor(events / kept.atOnce) - 1) * kept.atOnce * kept.bytes;
  const size = () => fs.readdirSync(folder).reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0);
  while (size() < bytes) {
    if (performance.now() - startedAt > keepTimeoutMs) throw new Error('the past of an account is not kept');
    await sleep(100);
  }
  return (performance.now() - startedAt) / 1_000;
};

/** @param {any} measured @returns {import('../report').Section} */
const section = ({ all, events, first, keptSeconds, alone, pages, beside, probed, floor, proven }) => {
  const row = (/** @type {string} */ name, /** @type {Float64Array} */ tooks) => [
    name,
    oneDigit(percentile(tooks, 0.5)),
    oneDigit(percentile(tooks, 0.99)),
  ];
  const p99Ms = percentile(alone, 0.99);
  return {
    title: `An account of ${whole(events)} events as it was`,
    measures: `GET /v1/accounts/{id} with occurredBefore, with recordedBefore and with atPosition in a log of ${whole(all)}, one question after the other; then GET /v1/accounts with them, ${whole(pageAccounts)} at most; then the first beside single posts, the next ${pauseMs} ms after the answer. Floor: the bytes that are kept of it read once, nothing done with them.`,
    columns: ['', 'p50 ms', 'p99 ms'],
    rows: [
      row('before anything is kept of it', first),
      row('kept', alone),
      row('kept, beside single posts', beside),
      row(`a page of accounts, ${whole(pages.accounts)} on average`, pages.tooks),
      ['a single post meanwhile', oneDigit(probed.p50Ms), oneDigit(probed.p99Ms)],
      ['the bytes alone', oneDigit(1_000 * floor.seconds), ''],
      ['a proof of growth', oneDigit(proven.p50Ms), oneDigit(proven.p99Ms)],
    ],
    findings: [
      {
        figure: `an account of ${whole(events)} events as it was`,
        tollgate: `p99 ${oneDigit(p99Ms)} ms, once it is kept, which took ${oneDigit(keptSeconds)} s beside`,
        floor: `its ${whole(floor.bytes)} kept bytes read once ${oneDigit(1_000 * floor.seconds)} ms`,
        marks: [{ text: '< 1 s', isMet: p99Ms < 1_000 }],
      },
      {
        figure: `a page of accounts as they were, in a log of ${whole(all)} events`,
        tollgate: `p99 ${oneDigit(percentile(pages.tooks, 0.99))} ms, ${whole(pages.accounts)} of them on average`,
        marks: [{ text: '< 1 s', isMet: percentile(pages.tooks, 0.99) < 1_000 }],
      },
      {
        figure: `proof among ${whole(proven.events)} events`,
        tollgate: `p99 ${oneDigit(proven.p99Ms)} ms, ${whole(proven.bytes)} bytes`,
      },
      {
        figure: 'a single post while such an account is looked at',
        tollgate: `p99 ${oneDigit(probed.p99Ms)} ms`,
        marks: [{ text: 'p99 < 50 ms', isMet: Number(probed.p99Ms) < 50 }],
      },
    ],
    raw: { all, events, first, keptSeconds, alone, pages, beside, probed, floor, proven },
  };
};

module.exports = { past };
