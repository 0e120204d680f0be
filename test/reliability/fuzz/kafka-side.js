// @ts-check
'use strict';

const { setTimeout: delay } = require('node:timers/promises');
const { Kafka, Partitioners, logLevel } = require('kafkajs');
const { startProofBroker } = require('../proof');
const { readTopics } = require('../read-topics');

const prefix = 'tollgate.';
const outputs = { rejected: `${prefix}rejected.v1`, commands: `${prefix}traffic-control.v1` };
const settleMs = 120_000;

/** A broker that cannot answer yet is asked again. @param {() => Promise<boolean>} isTrue @param {string} what */
const waitFor = async (isTrue, what) => {
  /** @type {unknown} */
  let cause;
  const holds = () => isTrue().catch((error) => void (cause = error));
  for (const until = Date.now() + settleMs; !(await holds()); await delay(100))
    if (Date.now() > until) throw new Error(`${what} did not come within ${settleMs / 1_000} s`, { cause });
};

/** What a broker takes as one batch, with room for what is around the values. */
const batchBytes = 900_000;

/** Groups of messages that each fit a batch, in their order. @param {any[]} messages */
const fitting = (messages) => {
  /** @type {any[][]} */
  const groups = [];
  let room = 0;
  for (const message of messages) {
    const bytes = (message.value?.length ?? 0) + (message.key?.length ?? 0) + 100;
    if (bytes > room) {
      groups.push([]);
      room = batchBytes;
    }
    room -= bytes;
    groups.at(-1)?.push(message);
  }
  return groups;
};

/** A real broker, and what was sent to it. */
const startKafkaSide = async () => {
  const broker = await startProofBroker();
  const kafka = new Kafka({ brokers: broker.brokers, logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const admin = kafka.admin();
  await Promise.all([producer.connect(), admin.connect()]);
  const inputs = ['payments.v1', 'usage.v1'].map((name) => prefix + name);
  await admin.createTopics({ topics: inputs.map((topic) => ({ topic, numPartitions: 6 })), waitForLeaders: true });
  /** @type {import('./check-messages').Sent[]} */
  const sent = [];
  /** @type {Map<string, number>} */
  const next = new Map();

  /** Messages the group has done with. */
  const done = async () =>
    (await admin.fetchOffsets({ groupId: 'tollgate', topics: inputs }))
      .flatMap(({ partitions }) => partitions)
      .reduce((sum, { offset }) => sum + Math.max(Number(offset), 0), 0);

  return {
    brokers: broker.brokers,
    sent,
    /** One producer, one send at a time: offsets count up by partition. @param {any[]} messages @param {number} since the newest position known */
    send: async (messages, since) => {
      for (const topic of ['payments.v1', 'usage.v1'])
        for (const group of fitting(messages.filter((message) => message.topic === topic)))
          await producer.send({ topic: prefix + topic, messages: group });
      for (const { topic, partition, value } of messages) {
        const place = `${topic}/${partition}`;
        const offset = next.get(place) ?? 0;
        next.set(place, offset + 1);
        sent.push({ topic, partition, offset: String(offset), value, since });
      }
    },
    settled: () => waitFor(async () => (await done()) === sent.length, 'the end of the input topics'),
    /** What stands on both topics we publish to, once they hold so many messages or no more come. @param {{ rejections: number, commands: number }} wanted */
    published: async ({ rejections, commands }) => {
      /** @type {import('../read-topics').Read[]} */
      let read = [];
      const countOf = (/** @type {string} */ name) => read.filter(({ topic }) => topic === name).length;
      const isThere = async () => {
        read = await readTopics(kafka, Object.values(outputs));
        return countOf(outputs.rejected) >= rejections && countOf(outputs.commands) >= commands;
      };
      await waitFor(isThere, 'all rejections and commands').catch(() => undefined);
      return read.map(({ value, offset, ...rest }) => ({ ...rest, offset: Number(offset), value: String(value) }));
    },
    close: () => Promise.all([producer.disconnect(), admin.disconnect()]),
  };
};

module.exports = { startKafkaSide };
