// @ts-check
'use strict';
const { spawnSync } = require('node:child_process');
const { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { gzipSync } = require('node:zlib');
const { Kafka, Partitioners, logLevel } = require('kafkajs');
const { startProofBroker } = require('../reliability/proof');
const { Random } = require('../reliability/random');
const { readTopics } = require('../reliability/read-topics');
const { Business, badMessages } = require('./business');
const { acknowledgements, deck, endedCalls, lostCalls, lostSeconds } = require('./calls');
const { numberedCalls, shredNumbers } = require('./numbers');
const { observe, startTollgate, tell, until } = require('./recording');
const { closings } = require('./statements');

const prefix = 'history.';
const group = 'tollgate';
const inputs = { payment: `${prefix}payments.v1`, usage: `${prefix}usage.v1` };
const outputs = [`${prefix}traffic-control.v1`, `${prefix}rejected.v1`];
const clients = 4;
const mostKills = 60;
const fewKills = 4;

const print = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);

/** @typedef {import('./recording').Told} Told */
/** @typedef {{ checkout: string, data: string, brokers: string, prefix: string, signingKey: string, numberKeys: string, decks: string }} Where */

/** @param {string} brokers */
const connect = async (brokers) => {
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const admin = kafka.admin();
  await Promise.all([producer.connect(), admin.connect()]);
  const isConsumed = async (/** @type {string} */ topic) => {
    const ends = await admin.fetchTopicOffsets(topic);
    const [{ partitions } = { partitions: [] }] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    return ends.every(({ partition, high }) =>
      partitions.some((reached) => reached.partition === partition && (high === '0' || reached.offset === high)),
    );
  };
  return {
    send: (/** @type {string} */ topic, /** @type {any[]} */ messages) => producer.send({ topic, messages, acks: -1 }),
    consumed: () =>
      until('everything consumed', async () =>
        (await Promise.all(Object.values(inputs).map(isConsumed))).every(Boolean),
      ),
    /** Sends messages that are deleted before anybody reads them. @param {string} topic @param {any[]} messages */
    lose: async (topic, messages) => {
      const before = await admin.fetchTopicOffsets(topic);
      await producer.send({ topic, messages, acks: -1 });
      const after = await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({
        topic,
        partitions: after.map(({ partition, high: offset }) => ({ partition, offset })),
      });
      return after.flatMap(({ partition, high: to }) => {
        const from = before.find((one) => one.partition === partition)?.high ?? '0';
        return from === to ? [] : [{ topic, partition, from, to, why: 'deleted' }];
      });
    },
    topics: () => readTopics(kafka, outputs),
    close: () => Promise.all([producer.disconnect(), admin.disconnect()]),
  };
};

/** Ordinary days: everything that can be recorded, refused and turned, with a stop and a second start between. @param {Where} where @param {Business} business @param {any} kafka */
const ordinaryDays = async (where, business, kafka) => {
  /** @type {Told[]} */
  const told = [];
  const send = async (/** @type {string} */ url, /** @type {import('./business').Call[]} */ calls) => {
    for (const call of calls) told.push(await tell(url, call));
  };
  // What is recorded before numbers are sealed stays as it is.
  const first = await startTollgate({ ...where, numberKeys: undefined });
  await send(first.url, [...business.openings(), ...business.bothDirections(5), ...lostCalls()]);
  const askedAt = Date.now();
  await send(
    first.url,
    Array.from({ length: 12 }, () => business.batch(48)),
  );
  await send(first.url, business.ruleChanges(40));
  await kafka.send(inputs.payment, [...business.messages('payment', 60), ...badMessages]);
  await kafka.send(inputs.usage, [...business.messages('usage', 120), ...badMessages]);
  await kafka.consumed();
  const before = await checkpointOf(first.url);
  await first.stop();
  replaceKey(where);
  const lost = await kafka.lose(inputs.usage, business.messages('usage', 40));

  const second = await startTollgate(where);
  const key = (/** @type {string} */ note) => note.trimEnd().split(' ').at(-1)?.slice(0, 5);
  await until('the next key signs', async () => key(await checkpointOf(second.url)) !== key(before));
  await send(second.url, business.singles(150));
  await kafka.send(inputs.usage, business.messages('usage', 220));
  await kafka.send(inputs.payment, [...business.messages('payment', 90), ...badMessages.slice(0, 3)]);
  await send(
    second.url,
    Array.from({ length: 4 }, () => business.batch(60)),
  );
  const close = async (/** @type {string} */ statementId) => {
    const { accounts } = await observe(second.url);
    await send(second.url, closings(accounts.map(({ accountId }) => accountId).slice(0, 8), statementId));
  };
  await close('first');
  await send(second.url, business.ruleChanges(20));
  await send(second.url, endedCalls());
  await send(second.url, numberedCalls('before'));
  shredNumbers(where);
  await send(second.url, numberedCalls('after'));
  await close('second');
  await send(second.url, acknowledgements((await observe(second.url)).commands));
  // Whoever serves this later finds the calls ended that were, and ends no other.
  await delay(askedAt + lostSeconds * 1_000 - Date.now());
  await kafka.consumed();
  const atRest = await observe(second.url);
  const checkpoints = [before, await checkpointOf(second.url)];
  await second.stop();
  return { told, atRest, lost, signed: { key: readFileSync(`${where.signingKey}.pub`, 'utf8'), checkpoints } };
};

/** The latest; one is signed every second. @param {string} url */
const checkpointOf = async (url) => {
  let note = '';
  await until('a checkpoint', async () => {
    const answer = await fetch(`${url}/v1/checkpoints/latest`);
    note = await answer.text();
    return answer.ok;
  });
  return note;
};

/** With Tollgate stopped: the next start records which key follows. @param {Where} where */
const replaceKey = ({ checkout, signingKey }) => {
  const program = join(checkout, 'services/tollgate/bin/tollgate.js');
  const command = ['audit', 'rotate-key', '--reason', 'a year has passed', '--signing-key', signingKey];
  const { status } = spawnSync(process.execPath, [program, ...command], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the signing key was not replaced');
};

/** Calls that each turn traffic, from several clients at once, until the process is killed on an answer. @param {Where} where @param {{ business: Business, kafka: any }} from @param {number} turn */
const killUnderLoad = async (where, { business, kafka }, turn) => {
  const tollgate = await startTollgate(where);
  /** @type {Told[]} */
  const told = [];
  let left = 4 + (turn % 8);
  let killed = Promise.resolve();
  const client = async (/** @type {number} */ number) => {
    for (const call of business.flips(`flip-${turn}-${number}`, 20)) {
      const one = await tell(tollgate.url, call);
      told.push(one);
      if (one.status === null) return;
      left -= 1;
      if (left === 0) killed = delay(turn % 4).then(tollgate.kill);
    }
  };
  void kafka.send(inputs.usage, business.messages('usage', 20));
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  await killed;
  return { told, killedAt: new Date().toISOString() };
};

/** What the next start makes of a copy of the leftover, without a broker. @param {Where} where @param {string} copy */
const afterRestart = async (where, copy) => {
  rmSync(copy, { recursive: true, force: true });
  cpSync(where.data, copy, { recursive: true });
  const tollgate = await startTollgate({ ...where, data: copy, brokers: undefined, signingKey: undefined });
  const observed = await observe(tollgate.url);
  await tollgate.stop();
  return observed;
};

/** @param {{ data: string }} command @param {string} killedAt */
const isMadeAfter = ({ data }, killedAt) => JSON.parse(data).decidedAt >= killedAt;

/**
 * Records a data folder and what its clients were told, and packs both into `target`. `relayPositions` reads how far the relays got.
 * @param {{ checkout: string, target: string, seed: number, folder: string, relayPositions: (data: string) => Promise<Record<string, string>> }} recording
 */
const record = async ({ checkout, target, seed, folder, relayPositions }) => {
  const broker = await startProofBroker();
  const brokers = String(broker.brokers[0]);
  const decks = join(folder, 'decks');
  mkdirSync(decks);
  writeFileSync(join(decks, `${deck.name}.csv`), deck.csv());
  const signingKey = join(folder, 'signing.pem');
  const numberKeys = join(folder, 'keys');
  const where = { checkout, data: join(folder, 'data'), brokers, prefix, signingKey, numberKeys, decks };
  const business = new Business(new Random(seed));
  // The first start makes the topics that the producer then knows.
  await (await startTollgate(where)).stop();
  const kafka = await connect(brokers);
  const { told, atRest, lost, signed } = await ordinaryDays(where, business, kafka);
  print(
    `${atRest.commands.length} commands, ${told.length} calls; now it is killed until one decision is missing and one not published`,
  );
  for (let turn = 1; turn <= mostKills; turn += 1) {
    const load = await killUnderLoad(where, { business, kafka }, turn);
    told.push(...load.told);
    const after = await afterRestart(where, join(folder, 'copy'));
    const relays = await relaysOf(where.data, join(folder, 'copy-of-relays'), relayPositions);
    const missing = after.commands.filter((command) => isMadeAfter(command, load.killedAt)).length;
    const unpublished =
      after.commands.filter(({ id }) => BigInt(id) > BigInt(relays['traffic-control'] ?? '0')).length - missing;
    print(`kill ${turn}: ${missing} decisions missing, ${unpublished} not known to be published`);
    if (!isEnough({ missing, unpublished, turn })) continue;
    const topics = (await kafka.topics()).map((message) => ({ ...message, value: message.value.toString('utf8') }));
    await kafka.close();
    pack({
      target,
      folder,
      told: { seed, killedAt: load.killedAt, missing, told, atRest, after, topics, relays, lost, signed },
    });
    return;
  }
  throw new Error('no kill has left a decision missing and another not published');
};

/** On a copy: opening a store writes to it. @param {string} data @param {string} copy @param {(data: string) => Promise<Record<string, string>>} relayPositions */
const relaysOf = async (data, copy, relayPositions) => {
  rmSync(copy, { recursive: true, force: true });
  cpSync(data, copy, { recursive: true });
  return relayPositions(copy);
};

/** Both at once are rare since decisions go with the next group: after many kills one of them will do. @param {{ missing: number, unpublished: number, turn: number }} left */
const isEnough = ({ missing, unpublished, turn }) =>
  (missing > 0 && unpublished > 0) || (turn > fewKills && (missing > 0 || unpublished > 0));

/** @param {{ target: string, folder: string, told: object }} packed */
const pack = ({ target, folder, told }) => {
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'told.json.gz'), gzipSync(JSON.stringify(told), { level: 9 }));
  const { status } = spawnSync('tar', ['-C', folder, '-czSf', join(target, 'data.tar.gz'), 'data', 'keys'], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('tar failed');
};

module.exports = { record };
