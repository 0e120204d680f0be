// @ts-check
'use strict';

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
  /** @type {(import('./check-topics').Published & { partition: number, offset: number })[]} */
  const read = [];
  if (ends.size === 0) return read;
  const consumer = kafka.consumer({ groupId: `fuzz-${process.pid}` });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    const eachBatch = async (/** @type {import('kafkajs').EachBatchPayload} */ { batch }) => {
      const { topic, partition, messages, lastOffset } = { ...batch, lastOffset: BigInt(batch.lastOffset()) };
      for (const { offset, key, value, headers = {} } of messages)
        read.push({
          ...{ topic, partition, offset: Number(offset) },
          ...{ key: String(key), value: String(value), headers: textsOf(headers) },
        });
      if (lastOffset + 1n >= (ends.get(`${topic}/${partition}`) ?? 0n)) ends.delete(`${topic}/${partition}`);
      if (ends.size === 0) resolve(undefined);
    };
    void consumer.run({ autoCommit: false, eachBatch });
  });
  await consumer.disconnect();
  return read.sort((one, other) => one.partition - other.partition || one.offset - other.offset);
};

module.exports = { readTopics };
