// @ts-check
'use strict';
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { parseArgs } = require('node:util');
const { readOptions, wholeNumber } = require('../../../infra/command');
const { runProof, startProofBroker } = require('../proof');
const { Random } = require('../random');
const { connectKafka, requireSame, runChecker, waitFor } = require('./judge');
const { Load } = require('./load');
const { Tearing } = require('./tear');
const { killOnce, startNode } = require('./victim');

const points = [
  'at random',
  'append before',
  'append',
  'decision',
  'log write before',
  'log write torn',
  'log write after',
  'log note before',
  'log note after',
  'log new',
  'table new',
  'table write before',
  'table write torn',
  'table write after',
  'table rename before',
  'table rename after',
  'table remove',
  'relay note before',
  'relay note after',
  'start-up',
];

const help = `Kills Tollgate with SIGKILL under load, at random moments and at named points, now and then tears what was not acknowledged at the
end of the log as a power failure would, and checks that nothing is lost, doubled or wrong.

  npm run proof:crash -- [options]

  --kills N    how many kills (20)
  --seed S     the order of points and of work (random, printed)
  --no-kafka   over HTTP only
  --help       this text

Points: ${points.join(', ')}.
`;

const options = readOptions(help, () => {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '20' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      'no-kafka': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const kills = wholeNumber('--kills', values.kills, 1);
  return { ...values, kills, seed: wholeNumber('--seed', values.seed, 0) };
});

const print = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);
const checkEvery = 25;
const tellEvery = 5;

const random = new Random(options.seed);
/** From 0 up to `below`, from the seed. @param {number} below */
const pick = (below) => random.below(below);

/** Lets everything settle, stops, and has the checker look. @param {any} place @param {Load} load @param {any} kafka */
const check = async (place, load, kafka) => {
  const { child, ended, url } = startNode(place, 'never', 1);
  const base = await url;
  if (base === undefined) throw new Error('Tollgate does not start');
  const get = async (/** @type {string} */ path) =>
    /** @type {any} */ (await (await fetch(`${base}${path}`, { signal: AbortSignal.timeout(60_000) })).json());
  await waitFor(async () => (await fetch(`${base}/readyz`)).ok, 'readiness');
  if (kafka !== undefined) await kafka.settled(place.prefix);
  const last = /tollgate_log_position (\d+)/.exec(await (await fetch(`${base}/metrics`)).text())?.[1] ?? '0';
  const { items } = await get(`/v1/accounts?minPosition=${last}`);
  const blocked = await get('/v1/traffic-control');
  // The relays publish what was decided last.
  await delay(kafka === undefined ? 0 : 1_500);
  child.kill('SIGTERM');
  requireSame('P5: how it ends when it is told to', await ended, 0);
  const {
    accounts,
    blocked: blockedByLog,
    ...counts
  } = await runChecker({ ...place, log: place.data }, load.acknowledgements);
  const served = items.map((/** @type {any} */ { accountId, balances, traffic }) => [accountId, { balances, traffic }]);
  requireSame('P2, P3', Object.fromEntries(served), accounts);
  requireSame('P3', blocked.items, blockedByLog);
  return counts;
};

/** @param {number} kill */
const showProgress = (kill) => {
  if (process.stderr.isTTY) process.stderr.write(`\r${progressBar(kill)}`);
  else if (kill % tellEvery === 0) process.stderr.write(`${kill} of ${options.kills} kills\n`);
};

const barWidth = 30;
const progressBar = (/** @type {number} */ kill) => {
  const filled = Math.round((kill / options.kills) * barWidth);
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${kill} of ${options.kills} kills`;
};

/** Points that killed, and how often. @type {Map<string, number>} */
const reached = new Map();

/** A run that did not do its work proves nothing. @param {any} found @param {any} kafka */
const requireWork = (found, kafka) => {
  const { kills } = options;
  if (kills < points.length) return;
  const least = { acknowledged: 20 * kills, refused: kills, decisions: kills };
  const leastOverKafka = kafka === undefined ? {} : { consumed: kills, rejected: kills };
  for (const [what, count] of Object.entries({ ...least, ...leastOverKafka }))
    if (found[what] < count) throw new Error(`the rig did too little: ${found[what]} ${what}, not ${count}`);
};

/** In a short run a point may be passed too late; in a long one each must have killed. @param {any} kafka */
const requirePoints = (kafka) => {
  const missed = points.filter((point) => !reached.has(point) && (kafka !== undefined || !point.startsWith('relay')));
  const most = options.kills < 10 * points.length ? points.length / 2 : 0;
  if (missed.length > most && options.kills >= points.length)
    throw new Error(`the rig never killed at ${missed.join(', ')}`);
};

/** Each point once, then any of them. @param {number} kill @param {any} place @param {Load} load */
const killAt = async (kill, place, load) => {
  const point = points[kill <= points.length ? kill - 1 : pick(points.length)] ?? 'at random';
  const isReached = await killOnce({ place, point, pick, onUrl: (url) => (load.url = url) });
  if (isReached) reached.set(point, (reached.get(point) ?? 0) + 1);
};

/** How often the machine loses power with the process, one in so many. */
const powerFails = 3;

/** Kills, and now and then lets the checker look. Returns what it counted last. @param {any} place @param {any} kafka @param {string} acknowledgements */
const killAll = async (place, kafka, acknowledgements) => {
  const { kills } = options;
  const tearing = new Tearing(place.data, random);
  const load = new Load({ pick, acknowledgements, produce: kafka?.produce });
  const work = () => {
    const working = load.run();
    // What it fails with is told where it is awaited.
    working.catch(() => undefined);
    return working;
  };
  let working = work();
  /** @type {any} */
  let found;
  for (let kill = 1; kill <= kills; kill += 1) {
    await killAt(kill, place, load);
    await tearing.afterKill(pick(powerFails) === 0);
    showProgress(kill);
    if (kill % checkEvery !== 0 && kill !== kills) continue;
    load.isOver = true;
    await working;
    found = await check(place, load, kafka);
    if (!process.stderr.isTTY) print(`${kill} of ${kills} kills: ${JSON.stringify(found)}`);
    load.isOver = false;
    if (kill < kills) working = work();
  }
  requireWork(found, kafka);
  requirePoints(kafka);
  return { ...found, resent: load.resent, torn: tearing.done };
};

/** @param {{ path: string }} folder @returns {Promise<0>} */
const prove = async ({ path }) => {
  const broker = options['no-kafka'] ? undefined : await startProofBroker();
  const place = {
    data: join(path, 'data'),
    brokers: broker === undefined ? '-' : broker.brokers.join(','),
    prefix: 'crash.',
  };
  const kafka = broker === undefined ? undefined : await connectKafka(broker.brokers, place.prefix);
  const found = await killAll(place, kafka, join(path, 'acknowledgements'));
  await kafka?.close();
  print(`killed at ${[...reached].map(([point, count]) => `${point}: ${count}`).join(', ')}`);
  const torn = [...found.torn].map(([how, count]) => `${how}: ${count}`).join(', ');
  print(
    `power failed too in one of ${powerFails} kills, and of what was not acknowledged was left: ${torn || 'all there was'}`,
  );
  print(
    `${options.kills} kills survived, seed ${options.seed}: ${found.acknowledged} acknowledgements (${found.resent} of them for something sent again), ${found.entries} entries, ${found.decisions} decisions; 0 lost, 0 doubled, 0 wrong`,
  );
  return 0;
};

print(`${options.kills} kills, seed ${options.seed}`);
void runProof({ name: 'crash', seed: options.seed, prove });
