// @ts-check
'use strict';
const { once } = require('node:events');
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { isDeepStrictEqual, parseArgs } = require('node:util');
const { Kafka, Partitioners, logLevel } = require('kafkajs');
const { readOptions, wholeNumber } = require('../options');
const { runProof, spawnChild, startProofBroker } = require('../proof');
const { Random } = require('../random');
const { Load } = require('./load');

const points = [
  'at random',
  'append',
  'decision',
  'intakeIndex before',
  'intakeIndex after',
  'readModels before',
  'readModels after',
  'cutoffState before',
  'cutoffState after',
  'trafficRelay before',
  'trafficRelay after',
  'rejectedRelay before',
  'rejectedRelay after',
  'start-up',
  'rebuild',
];

const help = `Kills Tollgate with SIGKILL under load, at random moments and at named points, and checks that nothing is lost, doubled or wrong.

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
const program = join(__dirname, '../../../services/tollgate/bin/tollgate.js');
const checkEvery = 25;
const tellEvery = 5;

const random = new Random(options.seed);
/** From 0 up to `below`, from the seed. @param {number} below */
const pick = (below) => random.below(below);

/** @param {{ data: string, brokers: string, prefix: string }} place @param {string} point @param {number} nth */
const startNode = (place, point, nth) => {
  const child = spawnChild(
    process.execPath,
    [join(__dirname, 'crashing-node.js'), place.data, place.brokers, place.prefix, point, String(nth)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  const url = new Promise((resolve) => {
    child.stdout.on('data', (chunk) => resolve(/listening (\S+)/.exec(String(chunk))?.[1]));
    void exited.then(() => resolve(undefined));
  });
  return { child, exited, url };
};

/** Lets a node live until its point kills it, or for a while. @param {any} place @param {Load} load @param {string} point */
const killOnce = async (place, load, point) => {
  if (point === 'rebuild') {
    const rebuilding = spawnChild(process.execPath, [program, 'rebuild', '--data', place.data], { stdio: 'ignore' });
    await delay(150 + pick(500));
    rebuilding.kill('SIGKILL');
    return;
  }
  const { child, exited, url } = startNode(place, point, 1 + pick(point === 'append' || point === 'decision' ? 40 : 3));
  if (point === 'start-up') setTimeout(() => child.kill('SIGKILL'), pick(500));
  load.url = await url;
  if (point === 'at random') setTimeout(() => child.kill('SIGKILL'), pick(1_500));
  // A point that is not passed in time is a kill at random.
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exited;
  clearTimeout(timer);
  load.url = undefined;
};

const waitFor = async (/** @type {() => Promise<boolean>} */ isTrue, /** @type {string} */ what) => {
  for (const until = Date.now() + 60_000; !(await isTrue()); await delay(100))
    if (Date.now() > until) throw new Error(`${what} did not come within a minute`);
};

/** Has the checker look; returns what it counted. @param {any} place @param {Load} load */
const runChecker = async (place, load) => {
  const checker = spawnChild(
    process.execPath,
    [join(__dirname, 'check.js'), place.data, load.acknowledgements, place.brokers, place.prefix],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let printed = '';
  checker.stdout.setEncoding('utf8').on('data', (text) => (printed += text));
  const [code] = await once(checker, 'close');
  if (code !== 0) throw new Error(printed.trim() || 'the checker failed');
  return JSON.parse(printed);
};

/** Lets everything settle, stops, and has the checker look; the balances it computed must be those served. @param {any} place @param {Load} load @param {any} kafka */
const check = async (place, load, kafka) => {
  const { child, exited, url } = startNode(place, 'never', 1);
  const base = await url;
  if (base === undefined) throw new Error('Tollgate does not start');
  const get = async (/** @type {string} */ path) => (await fetch(`${base}${path}`)).json();
  load.url = undefined;
  await waitFor(async () => (await fetch(`${base}/readyz`)).ok, 'readiness');
  if (kafka !== undefined) await kafka.settled(place.prefix);
  const last = /tollgate_log_position (\d+)/.exec(await (await fetch(`${base}/metrics`)).text())?.[1] ?? '0';
  const { items } = /** @type {any} */ (await get(`/v1/accounts?minPosition=${last}`));
  // The relays publish what was decided last.
  await delay(kafka === undefined ? 0 : 1_500);
  child.kill('SIGTERM');
  await exited;
  const { accounts, ...counts } = await runChecker(place, load);
  for (const { accountId, balances, traffic } of items) {
    const served = { balances, traffic: { inbound: traffic.inbound.state, outbound: traffic.outbound.state } };
    if (!isDeepStrictEqual(served, accounts[accountId]))
      throw new Error(
        `P2: ${accountId} is served as ${JSON.stringify(served)}, the fold of the log is ${JSON.stringify(accounts[accountId])}`,
      );
  }
  return counts;
};

/** @param {string[]} brokers @param {string} prefix */
const connect = async (brokers, prefix) => {
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const admin = kafka.admin();
  await Promise.all([producer.connect(), admin.connect()]);
  const inputs = ['payments', 'usage'].map((name) => `${prefix}${name}.v1`);
  await admin.createTopics({ topics: inputs.map((topic) => ({ topic, numPartitions: 6 })) });
  return {
    produce: async (/** @type {string} */ topic, /** @type {string} */ value) =>
      void (await producer.send({ topic: `${prefix}${topic}.v1`, messages: [{ value }] })),
    settled: () =>
      waitFor(async () => {
        const committed = await admin.fetchOffsets({ groupId: 'tollgate', topics: inputs });
        const ends = await Promise.all(inputs.map(async (topic) => [topic, await admin.fetchTopicOffsets(topic)]));
        return ends.every(([topic, partitions]) =>
          /** @type {any[]} */ (partitions).every(
            ({ partition, high }) =>
              high === '0' ||
              committed.find((group) => group.topic === topic)?.partitions.find((one) => one.partition === partition)
                ?.offset === high,
          ),
        );
      }, 'the end of the input topics'),
    close: () => Promise.all([producer.disconnect(), admin.disconnect()]),
  };
};

/** @param {number} kill */
const showProgress = (kill) => {
  if (process.stderr.isTTY) process.stderr.write(`\r${kill} of ${options.kills} kills`);
  else if (kill % tellEvery === 0) process.stderr.write(`${kill} of ${options.kills} kills\n`);
};

/** Kills, and now and then lets the checker look. Returns what it counted last. @param {any} place @param {any} kafka @param {string} acknowledgements */
const killAll = async (place, kafka, acknowledgements) => {
  const { kills } = options;
  const newLoad = () => new Load({ pick, acknowledgements, produce: kafka?.produce });
  let load = newLoad();
  const work = () => {
    const working = load.run();
    // What it fails with is told where it is awaited.
    working.catch(() => undefined);
    return working;
  };
  let working = work();
  let resent = 0;
  /** @type {any} */
  let found;
  for (let kill = 1; kill <= kills; kill += 1) {
    await killOnce(place, load, points[kill <= points.length ? kill - 1 : pick(points.length)] ?? 'at random');
    showProgress(kill);
    if (kill % checkEvery !== 0 && kill !== kills) continue;
    load.isOver = true;
    await working;
    resent += load.counts.resent;
    found = await check(place, load, kafka);
    if (!process.stderr.isTTY) print(`${kill} of ${kills} kills: ${JSON.stringify(found)}`);
    // The same senders go on, with what they remember.
    load = Object.assign(newLoad(), { serial: load.serial, done: load.done });
    if (kill < kills) working = work();
  }
  return { ...found, resent };
};

/** @param {{ path: string }} folder @returns {Promise<0>} */
const prove = async ({ path }) => {
  const broker = options['no-kafka'] ? undefined : await startProofBroker();
  const place = {
    data: join(path, 'data'),
    brokers: broker === undefined ? '-' : broker.brokers.join(','),
    prefix: 'crash.',
  };
  const kafka = broker === undefined ? undefined : await connect(broker.brokers, place.prefix);
  const found = await killAll(place, kafka, join(path, 'acknowledgements'));
  await kafka?.close();
  print(
    `${options.kills} kills survived, seed ${options.seed}: ${found.acknowledged} acknowledgements (${found.resent} of them for something sent again), ${found.entries} entries, ${found.decisions} decisions; 0 lost, 0 doubled, 0 wrong`,
  );
  return 0;
};

print(`${options.kills} kills, seed ${options.seed}`);
void runProof({ name: 'crash', seed: options.seed, prove });
