// @ts-check
'use strict';

const net = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { Kafka, Partitioners, logLevel } = require('kafkajs');
const { accountId, createUsages } = require('../messages.js');

const commitTimeoutMs = 180_000;

/** As Tollgate connects: without Nagle's delay, which kafkajs leaves on. */
const connectTo = (/** @type {string[]} */ brokers) =>
  new Kafka({
    clientId: 'bench',
    brokers,
    logLevel: logLevel.NOTHING,
    socketFactory: ({ host, port, onConnect }) => net.connect({ host, port }, onConnect).setNoDelay(true),
  });

const openProducer = async (/** @type {Kafka} */ kafka, isIdempotent = false) => {
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    ...(isIdempotent && { idempotent: true, maxInFlightRequests: 1 }),
  });
  await producer.connect();
  return producer;
};

/** With the settings of Tollgate's own consumer. */
const openConsumer = async (/** @type {Kafka} */ kafka, /** @type {string} */ topic, fromBeginning = true) => {
  const consumer = kafka.consumer({
    groupId: `bench-${process.pid}-${Math.random()}`,
    sessionTimeout: 6_000,
    heartbeatInterval: 1_500,
    maxWaitTimeInMs: 250,
    minBytes: 1,
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning });
  return consumer;
};

/** @param {{ brokers: string[], topics: string[] }} options */
const createTopics = async ({ brokers, topics }) => {
  const admin = connectTo(brokers).admin();
  await admin.connect();
  await admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: 6 })) });
  await admin.disconnect();
};

/** @param {{ brokers: string[], topic: string, count: number, run: string, seed: number, accounts: number }} options */
const produce = async ({ brokers, topic, count, ...messages }) => {
  const usage = createUsages(messages);
  const producer = await openProducer(connectTo(brokers));
  for (let left = count; left > 0; left -= 1_000) {
    const lines = Array.from({ length: Math.min(left, 1_000) }, usage);
    await producer.send({ topic, messages: lines.map(({ account, json }) => ({ key: account, value: json })) });
  }
  await producer.disconnect();
};

/** The floor of intake: every message fetched, nothing done with it. From the first batch to the last. @param {{ brokers: string[], topic: string, count: number }} options */
const consumeAll = async ({ brokers, topic, count }) => {
  const consumer = await openConsumer(connectTo(brokers), topic);
  let seen = 0;
  let afterFirst = 0;
  let startedAt = 0;
  let cpuBefore = process.cpuUsage();
  /** @type {Promise<void>} */
  const all = new Promise((resolve) => {
    void consumer.run({
      partitionsConsumedConcurrently: 6,
      eachBatch: ({ batch }) => {
        if (startedAt === 0) {
          startedAt = performance.now();
          cpuBefore = process.cpuUsage();
          afterFirst = batch.messages.length;
        }
        seen += batch.messages.length;
        if (seen >= count) resolve();
        return Promise.resolve();
      },
    });
  });
  await all;
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  await consumer.disconnect();
  return { count: seen - afterFirst, seconds, cpuSeconds: (user + system) / 1e6 };
};

/**
 * From the first offsets that a group has committed to its last, of a topic with `count` messages.
 * @param {{ brokers: string[], group: string, topic: string, count: number }} options
 */
const untilCommitted = async ({ brokers, group, topic, count }) => {
  const admin = connectTo(brokers).admin();
  await admin.connect();
  let first = { committed: 0, at: 0 };
  for (const deadline = performance.now() + commitTimeoutMs; performance.now() < deadline; await sleep(20)) {
    const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] }).catch(unlessRetriable);
    const committed = found?.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0) ?? 0;
    if (first.committed === 0 && committed > 0) first = { committed, at: performance.now() };
    if (committed < count) continue;
    await admin.disconnect();
    return { count: committed - first.committed, seconds: (performance.now() - first.at) / 1_000 };
  }
  throw new Error(`group ${group} did not come to the end of ${topic} within ${commitTimeoutMs / 1_000} s`);
};

/** The broker may still be reading what the group has committed. @param {Error & { retriable?: boolean }} error @returns {never[]} */
const unlessRetriable = (error) => {
  if (error.retriable !== true) throw error;
  return [];
};

/** A little over what one command has: body and headers of the size Tollgate sends. */
const echoValue = 'x'.repeat(560);
const echoHeaders = Object.fromEntries(
  ['ce_id', 'ce_type', 'ce_source', 'ce_subject', 'ce_time'].map((name) => [name, 'x'.repeat(24)]),
);

/** The floor of a decision: whatever arrives on `from` is answered on `to`, with the producer settings Tollgate has. @param {{ brokers: string[], from: string, to: string }} options */
const echo = async ({ brokers, from, to }) => {
  const kafka = connectTo(brokers);
  const producer = await openProducer(kafka, true);
  const consumer = await openConsumer(kafka, from);
  await running(consumer, async ({ batch }) => {
    await producer.send({
      topic: to,
      acks: -1,
      messages: batch.messages.map(({ key }) => ({ key, value: echoValue, headers: echoHeaders })),
    });
  });
};

/** Runs and resolves once it has joined its group. @param {import('kafkajs').Consumer} consumer @param {import('kafkajs').EachBatchHandler} eachBatch */
const running = async (consumer, eachBatch) => {
  const joined = new Promise((resolve) => void consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({ partitionsConsumedConcurrently: 6, eachBatch });
  await joined;
};

const money = '10';
const change = (/** @type {string} */ account, /** @type {string} */ id) => ({
  accountId: account,
  direction: 'inbound',
  amount: money,
  currency: 'EUR',
  ...(id.startsWith('p') ? { paymentId: id } : { usageId: id }),
});

/**
 * Sends one message, waits for the command it causes, and only then sends the next: a usage that uses up the balance, then the
 * payment that opens it again. Milliseconds from before the send to the command's arrival, for the usages.
 * @param {{ brokers: string[], usageTopic: string, paymentTopic: string, controlTopic: string, count: number, warmUp: number, accounts: number }} options
 */
const flips = async ({ brokers, usageTopic, paymentTopic, controlTopic, count, warmUp, accounts }) => {
  const kafka = connectTo(brokers);
  const producer = await openProducer(kafka);
  const consumer = await openConsumer(kafka, controlTopic, false);
  /** @type {((text: string) => void) | undefined} */
  let arrived;
  await running(consumer, ({ batch }) => {
    for (const { value } of batch.messages) arrived?.(String(value));
    return Promise.resolve();
  });
  const send = async (/** @type {string} */ topic, /** @type {string} */ account, /** @type {string} */ id) => {
    /** @type {Promise<string>} */
    const command = new Promise((resolve, reject) => {
      arrived = resolve;
      setTimeout(reject, 20_000, new Error(`no command after ${id} of ${account}`)).unref();
    });
    command.catch(() => undefined);
    const startedAt = performance.now();
    await producer.send({ topic, acks: -1, messages: [{ key: account, value: JSON.stringify(change(account, id)) }] });
    const text = await command;
    return { ms: performance.now() - startedAt, text };
  };
  const latencies = [];
  for (let number = 0; number < warmUp + count; number += 1) {
    const account = accountId(number % accounts);
    await send(paymentTopic, account, `p${number}`);
    const { ms, text } = await send(usageTopic, account, `u${number}`);
    if (!text.startsWith('x') && !text.includes('"BlockTraffic"')) throw new Error(`not a BlockTraffic: ${text}`);
    if (number >= warmUp) latencies.push(ms);
  }
  await consumer.disconnect();
  await producer.disconnect();
  return {
    count,
    seconds: latencies.reduce((sum, ms) => sum + ms, 0) / 1_000,
    latencies: Float64Array.from(latencies),
  };
};

module.exports = {
  connectTo,
  consumeAll,
  createTopics,
  echo,
  flips,
  openConsumer,
  openProducer,
  produce,
  untilCommitted,
};
