// @ts-check
'use strict';
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { parseArgs } = require('node:util');
const { startPostgres } = require('../../../infra/postgres/server');
const { readOptions, wholeNumber } = require('../../../infra/command');
const { runProof, startProofBroker } = require('../proof');
const { Random } = require('../random');
const { connectKafka, requireSame, runChecker, waitFor } = require('./judge');
const { Load } = require('./load');
const { end, start, startAll, startStore } = require('./role-victims');

/** @typedef {import('./role-victims').Victim} Victim */

const help = `Runs each role of Tollgate as processes of its own (two that take in, decide and publish) on the event store for tests, a real broker and
PostgreSQL, kills one after another under load with SIGKILL or stops it for a while with SIGSTOP, and checks that nothing is lost, doubled or wrong.

  npm run proof:crash-roles -- [options]

  --kills N   how many (20)
  --seed S    the order (random, printed)
  --help      this text
`;

const options = readOptions(help, () => {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '20' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      help: { type: 'boolean', default: false },
    },
  });
  const kills = wholeNumber('--kills', values.kills, 1);
  return { ...values, kills, seed: wholeNumber('--seed', values.seed, 0) };
});

const print = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);
const random = new Random(options.seed);
const pick = (/** @type {number} */ below) => random.below(below);

/** Each of these once, the worst first; then any process, in either way. */
const first = /** @type {const} */ ([
  ['publish', 'SIGSTOP'],
  ['intake', 'SIGKILL'],
  ['decide', 'SIGKILL'],
  ['publish', 'SIGKILL'],
  ['api', 'SIGKILL'],
  ['reporting', 'SIGKILL'],
  ['intake', 'SIGSTOP'],
  ['decide', 'SIGSTOP'],
]);

const metric = async (/** @type {Victim} */ { url }, /** @type {string} */ name) =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await (await fetch(`${url}/metrics`)).text())?.[1] ?? 0);

/** One of the role; of those that publish the one that does. @param {Victim[]} victims @param {string} role */
const chooseOf = async (victims, role) => {
  const all = victims.filter((victim) => victim.role === role);
  if (role === 'publish')
    for (const victim of all) if ((await metric(victim, 'tollgate_publisher_active')) === 1) return victim;
  return all[pick(all.length)];
};

/** Longer and shorter than the sessions of the broker's groups. */
const mostPausedMs = 9_000;

/** @param {Victim} victim @param {string} how @param {import('./role-victims').Place} place */
const strike = async (victim, how, place) => {
  if (how === 'SIGKILL') {
    await end(victim, 'SIGKILL');
    await delay(pick(1_000));
    await start(victim, place);
    return;
  }
  const { url } = victim;
  // Nobody is sent to one that does not answer.
  victim.url = undefined;
  victim.child?.kill('SIGSTOP');
  await delay(pick(mostPausedMs));
  victim.child?.kill('SIGCONT');
  victim.url = url;
};

/** How often each role was struck in each way. @type {Map<string, number>} */
const struck = new Map();

/** @param {Victim[]} victims @param {import('./role-victims').Place} place */
const strikeAll = async (victims, place) => {
  for (let kill = 0; kill < options.kills; kill += 1) {
    const [role, how] = first[kill] ?? [
      victims[pick(victims.length)]?.role ?? 'api',
      pick(3) === 0 ? 'SIGSTOP' : 'SIGKILL',
    ];
    const victim = await chooseOf(victims, role);
    if (victim === undefined) throw new Error(`nobody has the role ${role}`);
    await delay(pick(1_500));
    await strike(victim, how, place);
    struck.set(`${role} ${how}`, (struck.get(`${role} ${how}`) ?? 0) + 1);
    process.stderr.write(`${kill + 1} of ${options.kills} kills: ${role} ${how}\n`);
  }
};

/** Calls go to those that take in, by turns, and around one that is away. @param {Load} load @param {Victim[]} victims */
const direct = (load, victims) => {
  let turn = 0;
  return setInterval(() => {
    const urls = victims.flatMap(({ role, url }) => (role === 'intake' && url !== undefined ? [url] : []));
    turn += 1;
    load.url = urls[turn % urls.length];
  }, 10);
};

/** What the API serves once everything has settled. @param {Victim[]} victims */
const readServed = async (victims) => {
  const api = victims.find(({ role }) => role === 'api');
  const get = async (/** @type {string} */ path) =>
    /** @type {any} */ (await (await fetch(`${api?.url}${path}`, { signal: AbortSignal.timeout(60_000) })).json());
  const last = async () => Math.max(...(await Promise.all(victims.map((one) => metric(one, 'tollgate_log_position')))));
  // What was decided last comes behind what caused it.
  await get(`/v1/accounts?minPosition=${await last()}`);
  const { items } = await get(`/v1/accounts?minPosition=${await last()}`);
  const blocked = await get('/v1/traffic-control');
  const accounts = items.map((/** @type {any} */ { accountId, balances, traffic }) => [
    accountId,
    { balances, traffic },
  ]);
  return { accounts: Object.fromEntries(accounts), blocked: blocked.items, last: await last() };
};

const reportsQuery = `select json_object_agg(account_id, json_build_object('inbound', inbound_balance::text,
  'outbound', outbound_balance::text, 'mutual', mutual_balance::text)) from tollgate.accounts`;

/** @param {Victim[]} victims @param {{ settled: () => Promise<void> }} kafka */
const settle = async (victims, kafka) => {
  for (const victim of victims)
    await waitFor(async () => (await fetch(`${victim.url}/readyz`)).ok, `readiness of ${victim.role}`);
  await kafka.settled();
  await waitFor(async () => {
    const served = await readServed(victims);
    const reporting = victims.find(({ role }) => role === 'reporting');
    return reporting !== undefined && (await metric(reporting, 'tollgate_reporting_position')) === served.last;
  }, 'the end of the log in the reports');
  await waitFor(async () => {
    const publishers = victims.filter(({ role }) => role === 'publish');
    const waiting = publishers.map((one) => metric(one, 'tollgate_relay_waiting_seconds{relay="traffic-control"}'));
    return (await Promise.all(waiting)).every((seconds) => seconds === 0);
  }, 'the last command on the topic');
  // A command that was sent before its look at the topic is mended within a second.
  await delay(2_000);
};

/** A run that did not do its work proves nothing. @param {any} found */
const requireWork = (found) => {
  const { kills } = options;
  for (const [what, least] of Object.entries({ acknowledged: 5 * kills, consumed: 5 * kills, decisions: kills }))
    if (found[what] < least) throw new Error(`the rig did too little: ${found[what]} ${what}, not ${least}`);
};

/** @param {{ path: string }} folder @returns {Promise<0>} */
const prove = async ({ path }) => {
  const postgres = await startPostgres({ config: { fsync: 'off' } });
  try {
    return await proveWith(path, postgres);
  } finally {
    await postgres.stop();
  }
};

/** @param {string} path @param {import('../../../infra/postgres/server').Postgres} postgres @returns {Promise<0>} */
const proveWith = async (path, postgres) => {
  const [broker, store] = await Promise.all([startProofBroker(), startStore(join(path, 'store'))]);
  await postgres.createDatabase('reports');
  const prefix = 'crash.';
  const environment = {
    EVENTSTORE_URL: store,
    DATABASE_URL: postgres.url('reports'),
    KAFKA_BROKERS: broker.brokers.join(','),
    KAFKA_TOPIC_PREFIX: prefix,
  };
  const place = { path, environment };
  const kafka = await connectKafka(broker.brokers, prefix);
  const victims = await startAll(place);
  const load = new Load({ pick, acknowledgements: join(path, 'acknowledgements'), produce: kafka.produce });
  const directing = direct(load, victims);
  const working = load.run();
  working.catch(() => undefined);
  await Promise.race([strikeAll(victims, place), working.then(() => undefined)]);
  load.isOver = true;
  await working;
  clearInterval(directing);
  await settle(victims, kafka);
  const { accounts: served, blocked } = await readServed(victims);
  const reports = JSON.parse(await postgres.psql('reports', ['-Atc', reportsQuery]));
  for (const victim of victims)
    requireSame(`P5: how ${victim.role} ends when it is told to`, await end(victim, 'SIGTERM'), 0);
  const found = await runChecker({ log: store, brokers: environment.KAFKA_BROKERS, prefix }, load.acknowledgements);
  requireWork(found);
  requireSame('P2, P3', served, found.accounts);
  requireSame('P3', blocked, found.blocked);
  const balances = Object.entries(found.accounts).map(([accountId, account]) => [accountId, account.balances]);
  requireSame('P2 in the reports', reports, Object.fromEntries(balances));
  await kafka.close();
  print(`struck ${[...struck].map(([what, count]) => `${what}: ${count}`).join(', ')}`);
  print(
    `${options.kills} kills survived, seed ${options.seed}: ${found.acknowledged} acknowledgements (${load.resent} of them for something sent again), ${found.consumed} messages, ${found.entries} entries, ${found.decisions} decisions; 0 lost, 0 doubled, 0 wrong`,
  );
  return 0;
};

print(`${options.kills} kills of roles, seed ${options.seed}`);
void runProof({ name: 'crash-roles', seed: options.seed, prove });
