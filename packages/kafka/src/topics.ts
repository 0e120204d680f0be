import { setTimeout as delay } from 'node:timers/promises';
import { ConfigResourceTypes, KafkaJSAggregateError, type Admin } from 'kafkajs';
import type { KafkaClient } from './client';
import { KafkaUnavailable, describe, protocolErrorOf } from './errors';
import { withTimeLimit } from './time-limit';

export type TopicSettings = { name: string; compacted: boolean; partitions: number };

export type EnsuredTopics = {
  created: string[];
  existing: string[];
  /** Not there, and the broker would not let us create it. */
  refused: { topic: string; reason: string }[];
  /** There, but set to delete old messages although we rely on compaction. */
  notCompacted: string[];
};

const limitMs = 30_000;

/** Which replication the cluster deems right is its own setting (KIP-464). */
const brokerDefault = -1;

/** Transient answers of a cluster that is starting or electing. */
const transient = new Set(['NOT_CONTROLLER', 'REQUEST_TIMED_OUT', 'LEADER_NOT_AVAILABLE', 'CONTROLLER_NOT_AVAILABLE']);

/** kafkajs keeps the answer per topic one level down. */
const answerOf = (error: unknown): unknown => {
  const inner: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return inner instanceof KafkaJSAggregateError ? inner.errors[0] : inner;
};

const soon = { tries: 30, pauseMs: 100 };

const isListedSoon = async (admin: Admin, name: string): Promise<boolean> => {
  for (let tries = 0; tries < soon.tries; tries += 1) {
    if ((await admin.listTopics()).includes(name)) return true;
    await delay(soon.pauseMs);
  }
  return false;
};

type Outcome = 'created' | 'existing' | { reason: string };

const createTopic = async (admin: Admin, { name, compacted, partitions }: TopicSettings): Promise<Outcome> => {
  const configEntries = [{ name: 'cleanup.policy', value: compacted ? 'compact' : 'delete' }];
  const topic = { topic: name, numPartitions: partitions, replicationFactor: brokerDefault, configEntries };
  try {
    return (await admin.createTopics({ topics: [topic], timeout: 10_000 })) ? 'created' : 'existing';
  } catch (error) {
    const answer = answerOf(error);
    const type = protocolErrorOf(answer);
    if (type === undefined || transient.has(type)) throw error;
    // Asked for what it has just created, a broker may not know it for a moment.
    if (type === 'UNKNOWN_TOPIC_OR_PARTITION' && (await isListedSoon(admin, name))) return 'created';
    return { reason: describe(answer) };
  }
};

/** Of `names`, those certain not to be compacted. An operator may keep a topic's configuration from us: then none. */
const withoutCompaction = async ({ log }: KafkaClient, admin: Admin, names: string[]): Promise<string[]> => {
  if (names.length === 0) return [];
  const type = ConfigResourceTypes.TOPIC;
  const asked = names.map((name) => ({ type, name, configNames: ['cleanup.policy'] }));
  try {
    const { resources } = await admin.describeConfigs({ resources: asked, includeSynonyms: false });
    const isDeleted = (entry: { configValue: string }): boolean => !entry.configValue.includes('compact');
    return resources.filter(({ configEntries }) => configEntries.some(isDeleted)).map((r) => r.resourceName);
  } catch (error) {
    log.debug({ topics: names, error: describe(error) }, 'Could not read the cleanup policy of topics');
    return [];
  }
};

type FoundTopics = Pick<EnsuredTopics, 'created' | 'existing' | 'refused'>;

/** Creates those that are missing, as far as the broker lets us. */
export const findTopics = async (admin: Admin, topics: readonly TopicSettings[]): Promise<FoundTopics> => {
  const visible = new Set(await admin.listTopics());
  const result: FoundTopics = { created: [], existing: [], refused: [] };
  for (const topic of topics) {
    const outcome = visible.has(topic.name) ? 'existing' : await createTopic(admin, topic);
    if (typeof outcome === 'string') result[outcome].push(topic.name);
    else result.refused.push({ topic: topic.name, ...outcome });
  }
  return result;
};

const ensure = async (client: KafkaClient, admin: Admin, topics: readonly TopicSettings[]): Promise<EnsuredTopics> => {
  await admin.connect();
  const result = await findTopics(admin, topics);
  const reliedOn = topics.filter(({ name, compacted }) => compacted && result.existing.includes(name));
  const names = reliedOn.map(({ name }) => name);
  return { ...result, notCompacted: await withoutCompaction(client, admin, names) };
};

const report = ({ log }: KafkaClient, { created, refused, notCompacted }: EnsuredTopics): void => {
  if (created.length > 0) log.info({ topics: created }, 'Created Kafka topics');
  for (const { topic, reason } of refused)
    log.warn({ topic, reason }, 'Kafka topic is missing and could not be created');
  for (const topic of notCompacted) {
    log.warn(
      { topic },
      'Kafka topic is not compacted (cleanup.policy): its latest message per key will be deleted in time',
    );
  }
};

/**
 * Creates the topics that are missing. A broker that refuses is reported, not thrown: someone else may create them.
 * Throws KafkaUnavailable when no broker answers.
 */
export const ensureTopics = async (client: KafkaClient, topics: readonly TopicSettings[]): Promise<EnsuredTopics> => {
  const connection = client.connect();
  const admin = connection.kafka.admin();
  try {
    const late = new KafkaUnavailable(`No answer from Kafka within ${String(limitMs / 1_000)} s`);
    const result = await withTimeLimit(ensure(client, admin, topics), limitMs, late);
    if (result instanceof KafkaUnavailable) throw result;
    await withTimeLimit(admin.disconnect(), 1_000, undefined);
    report(client, result);
    return result;
  } catch (error) {
    if (error instanceof KafkaUnavailable) throw error;
    throw new KafkaUnavailable(describe(error), { cause: error });
  } finally {
    connection.cut();
  }
};

/** Deletes a topic with all it holds, and resolves once it is gone; one that is not there is gone. Throws KafkaUnavailable. */
export const deleteTopic = async (client: KafkaClient, topic: string): Promise<void> => {
  const connection = client.connect();
  const admin = connection.kafka.admin();
  try {
    await admin.connect();
    if ((await admin.listTopics()).includes(topic)) await admin.deleteTopics({ topics: [topic], timeout: 10_000 });
    const until = Date.now() + limitMs;
    while ((await admin.listTopics()).includes(topic)) {
      if (Date.now() > until) throw new Error('it is still there');
      await delay(100);
    }
    await admin.disconnect();
  } catch (error) {
    throw new KafkaUnavailable(`cannot delete ${topic}: ${describe(answerOf(error))}`, { cause: error });
  } finally {
    connection.cut();
  }
};
