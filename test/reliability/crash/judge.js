// @ts-check
'use strict';
const { once } = require('node:events');
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { isDeepStrictEqual } = require('node:util');
const { Kafka, Partitioners, logLevel } = require('kafkajs');
const { spawnChild } = require('../proof');

const patienceMs = 120_000;

const waitFor = async (/** @type {() => Promise<boolean>} */ isTrue, /** @type {string} */ what) => {
  for (const until = Date.now() + patienceMs; !(await isTrue()); await delay(100))
    if (Date.now() > until) throw new Error(`${what} did not come within ${patienceMs / 1_000} s`);
};

/** Has the checker look; returns what it counted. @param {{ log: string, brokers: string, prefix: string }} place @param {string} acknowledgements */
const runChecker = async (place, acknowledgements) => {
  const checker = spawnChild(
    process.execPath,
    [join(__dirname, 'check.js'), place.log, acknowledgements, place.brokers, place.prefix],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let printed = '';
  checker.stdout.setEncoding('utf8').on('data', (text) => (printed += text));
  const [code] = await once(checker, 'close');
  if (code !== 0) throw new Error(printed.trim() || 'the checker failed');
  return JSON.parse(printed);
};

/** What is served must be what the checker computed. @param {string} promise @param {unknown} served @param {unknown} computed */
const requireSame = (promise, served, computed) => {
  if (!isDeepStrictEqual(served, computed))
    throw new Error(`${promise}: served is ${JSON.stringify(served)}, the log says ${JSON.stringify(computed)}`);
};

/** @param {string[]} brokers @param {string} prefix */
const connectKafka = async (brokers, prefix) => {
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

module.exports = { connectKafka, requireSame, runChecker, waitFor };
