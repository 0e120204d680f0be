// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');

const idleMs = 60_000;

/** @typedef {{ topic: string, partition: number, offset: string, key: string, value: Buffer, headers: Record<string, string> }} Read */

/** @param {import('kafkajs').Kafka} kafka @param {string[]} topics */
const endsOf = async (kafka, topics) => {
  const admin = kafka.admin();
  await admin.connect();
  /** @type {Map<string, bigint>} */
  const ends = new Map();
  for (const topic of topics)
    for (const { partition, high } of await admin.fetchTopicOffsets(topic))
      if (high !== '0') ends.set(`${topic}/${partition}`, BigInt(high));
  await admin.disconnect();
  return ends;
};

/** @param {import('kafkajs').IHeaders} headers */
const textsOf = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** Everything that topics hold now, partition by partition in its order. @param {import('kafkajs').Kafka} kafka @param {string[]} topics */
const readTopics = async (kafka, topics) => {
  const ends = await endsOf(kafka, topics);
  /** @type {Read[]} */
  const read = [];
  if (ends.size === 0) return read;
  const consumer = kafka.consumer({ groupId: `reader-${randomUUID()}`, maxWaitTimeInMs: 250 });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error(`nothing more came of ${[...ends.keys()].join(', ')}`));
    let idle = setTimeout(giveUp, idleMs);
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    // Told of markers of transactions too, which are no messages but may be the last of a partition.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { topic, partition, lastOffset } }) => {
      clearTimeout(idle);
      idle = setTimeout(giveUp, idleMs);
      if (BigInt(lastOffset) + 1n >= (ends.get(`${topic}/${partition}`) ?? 0n)) ends.delete(`${topic}/${partition}`);
      if (ends.size === 0) resolve(clearTimeout(idle));
    });
    const eachBatch = async (/** @type {import('kafkajs').EachBatchPayload} */ { batch }) => {
      const { topic, partition, messages } = batch;
      for (const { offset, key, value, headers = {} } of messages)
        read.push({
          ...{ topic, partition, offset, headers: textsOf(headers) },
          ...{ key: String(key), value: value ?? Buffer.alloc(0) },
        });
    };
    void consumer.run({ autoCommit: false, eachBatch });
  });
  await consumer.disconnect();
  return read.sort((one, other) => one.partition - other.partition || Number(one.offset) - Number(other.offset));
};

module.exports = { readTopics };
