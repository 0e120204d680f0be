// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { oneDigit, percent, summarise, whole } = require('../figures-of.js');
const { startHelper } = require('../helper-process.js');
const { startTollgate } = require('../tollgate-process.js');

const accounts = 1_000;
const asksPerSecond = 2_000;
const usagePerSecond = 10_000;
const batchLines = 100;
const connections = 32;

const deck = 'prefix,currency,perMinute,initialSeconds,incrementSeconds\n33,EUR,0.06,1,1\n3312,EUR,0.05,30,6\n';

/** What a switch waits for before it routes a call, while usage of other calls comes in. @type {import('../bench').Figure} */
const authorizations = async ({ build, folder, isQuick, say }) => {
  const decks = folder('decks');
  fs.writeFileSync(path.join(decks, 'bench.csv'), deck);
  const tollgate = await startTollgate({ build, data: folder('authorizations'), settings: { TOLLGATE_DECKS: decks } });
  const [asking, charging, floor] = ['http-client.js', 'http-client.js', 'fastify-server.js'].map(startHelper);
  if (!asking || !charging || !floor) throw new Error('there are three helpers');
  const seconds = isQuick ? 2 : 10;
  const runs = { asked: [], charged: [], fastify: [] };
  try {
    const { url: floorUrl } = await floor.call('listen');
    await charging.call('openAccounts', { url: tollgate.url, from: 0, to: accounts });
    for (let round = 0; round <= (isQuick ? 1 : 3); round += 1) {
      say(`authorizations: ${round === 0 ? 'warming up' : `round ${round}`}`);
      const pace = { connections, perSecond: asksPerSecond, seconds, run: `a${round}`, seed: round, accounts };
      const lines = usagePerSecond * seconds;
      await charging.call('prepareBatches', { lines, batchLines, run: `u${round}`, seed: round, accounts });
      const [asked, charged] = await Promise.all([
        asking.call('authorizations', { ...pace, url: tollgate.url }),
        charging.call('pacedBatches', { url: tollgate.url, perSecond: usagePerSecond, inFlight: 8 }),
      ]);
      await tollgate.untilSettled();
      const alone = await asking.call('authorizations', { ...pace, url: floorUrl });
      if (round > 0) add(runs, { asked, charged, fastify: alone });
    }
  } finally {
    for (const helper of [asking, charging, floor]) helper.stop();
    await tollgate.stop();
  }
  return [section(runs)];
};

/** @param {Record<string, any[]>} runs @param {Record<string, any>} round */
const add = (runs, round) => {
  for (const [name, run] of Object.entries(round)) runs[name]?.push(run);
};

/** @param {Record<'asked' | 'charged' | 'fastify', any[]>} runs @returns {import('../report').Section} */
const section = (runs) => {
  const asked = summarise(runs.asked);
  const charged = summarise(runs.charged);
  const fastify = summarise(runs.fastify);
  // The pace is the client's: who keeps up with it falls short of it by no more than the end of the run.
  const isKept = asked.perSecond >= 0.98 * asksPerSecond && charged.perSecond >= 0.98 * usagePerSecond;
  return {
    title: 'Authorisations beside usage',
    measures: `POST /v1/authorizations, ${whole(asksPerSecond)} a second at a pace of its own over ${connections} connections, each answer after its fsync, while another client sends ${whole(usagePerSecond)} usages a second in batches of ${batchLines}; ${accounts} accounts. Times count from when a request was due. Floor: the same client at the same pace against a bare Fastify server that parses and answers, with nothing beside it.`,
    columns: ['asked/s', 'p50 ms', 'p99 ms', 'usage/s', 'p99 ms', 'Fastify/s', 'p50 ms', 'p99 ms'],
    rows: [
      [
        ...[whole(asked.perSecond), oneDigit(asked.p50Ms), oneDigit(asked.p99Ms)],
        ...[whole(charged.perSecond), oneDigit(charged.p99Ms)],
        ...[whole(fastify.perSecond), oneDigit(fastify.p50Ms), oneDigit(fastify.p99Ms)],
      ],
    ],
    findings: [
      {
        figure: 'authorisations beside usage',
        tollgate: `${whole(asked.perSecond)}/s, p99 ${oneDigit(asked.p99Ms)} ms, beside ${whole(charged.perSecond)} usages/s`,
        floor: `bare Fastify alone at that pace: p99 ${oneDigit(fastify.p99Ms)} ms (${percent((fastify.p99Ms ?? 0) / (asked.p99Ms ?? 1))})`,
        marks: [
          { text: '2,000/s beside 10,000/s', isMet: isKept },
          { text: 'p99 < 10 ms', isMet: Number(asked.p99Ms) < 10 },
        ],
      },
    ],
    raw: runs,
  };
};

module.exports = { authorizations };
