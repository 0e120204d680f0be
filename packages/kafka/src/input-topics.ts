import type { Admin } from 'kafkajs';
import type { KafkaClient } from './client';
import { findTopics } from './topics';

/** Topics that are to be read. */
export type InputTopics = {
  topics: readonly string[];
  /** With how many partitions one that is missing is created; absent: it is waited for. */
  createPartitions: number | undefined;
};

/** Why topics are not there, by their names. */
export type Missing = ReadonlyMap<string, string>;

/** Looks which of the topics are there, and creates those that are not, if it may. */
export const missingOf = async (
  { log }: KafkaClient,
  admin: Admin,
  { topics, createPartitions: partitions }: InputTopics,
): Promise<Missing> => {
  if (partitions === undefined) {
    const visible = new Set(await admin.listTopics());
    const unknown = topics.filter((topic) => !visible.has(topic));
    return new Map(unknown.map((topic) => [topic, 'it does not exist (UNKNOWN_TOPIC_OR_PARTITION)']));
  }
  const wanted = topics.map((name) => ({ name, partitions, compacted: false }));
  const { created, refused } = await findTopics(admin, wanted);
  if (created.length > 0) log.warn({ topics: created }, 'Kafka topics to read from were missing and have been created');
  return new Map(refused.map(({ topic, reason }) => [topic, `it is missing and cannot be created: ${reason}`]));
};

/** For people; empty if none is missing. */
export const describeMissing = (missing: Missing): string =>
  [...missing].map(([topic, reason]) => `waits for topic ${topic}: ${reason}`).join('; ');
