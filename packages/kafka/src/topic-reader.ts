import type { Kafka } from 'kafkajs';
import type { KafkaClient } from './client';
import { KafkaUnavailable, TopicForbidden, TopicMissing, describe, protocolErrorOf } from './errors';
import type { ReceivedMessage } from './chunks';
import { createClusterOf } from './private-cluster';
import { withTimeLimit } from './time-limit';

/** What a partition holds: from `low` on, up to but without `high`. */
export type PartitionSpan = { partition: number; low: bigint; high: bigint };

export type TopicReader = {
  /** Which cluster it is; a topic of the same name in another one is another topic. */
  readonly cluster: string;
  /** As they were when the reader was opened. */
  readonly spans: readonly PartitionSpan[];
  /** The messages from `from` on, up to but without `to`, in the order of their offsets, some at a time; those compaction removed are left out. */
  read(range: { partition: number; from: bigint; to: bigint }): AsyncGenerator<ReceivedMessage[]>;
};

const openLimitMs = 20_000;
const fetchLimitMs = 15_000;
const fetchBytes = 1 << 20;

/**
 * Lends a reader of a topic that belongs to no group: it moves nobody's offsets and begins at any of them. Throws TopicMissing,
 * TopicForbidden where we may not read it, KafkaUnavailable; what `use` throws comes as it is.
 */
export const withTopic = async <T>(
  client: KafkaClient,
  topic: string,
  use: (reader: TopicReader) => Promise<T>,
): Promise<T> => {
  const connection = client.connect();
  const cluster = clusterOf(connection.kafka);
  try {
    const reader = await inTime(openReader(cluster, topic), openLimitMs).catch(rethrow(topic));
    return await use(reader);
  } finally {
    await withTimeLimit(
      cluster.disconnect().catch(() => undefined),
      1_000,
      undefined,
    );
    connection.cut();
  }
};

const openReader = async (cluster: Cluster, topic: string): Promise<TopicReader> => {
  await cluster.connect();
  await cluster.addTargetTopic(topic);
  const found = cluster.findTopicPartitionMetadata(topic);
  const partitions = found.map(({ partitionId: partition }) => ({ partition }));
  const ends = offsetsOf(await cluster.fetchTopicsOffset([{ topic, fromBeginning: false, partitions }]));
  const beginnings = offsetsOf(await cluster.fetchTopicsOffset([{ topic, fromBeginning: true, partitions }]));
  const spans = [...ends].map(([partition, high]) => ({ partition, low: beginnings.get(partition) ?? high, high }));

  return {
    cluster: cluster.brokerPool.metadata?.clusterId ?? '',
    spans,
    async *read({ partition, from, to }) {
      for (let next = from; next < to;) {
        const fetched = await inTime(fetchFrom(cluster, { topic, partition, next }), fetchLimitMs).catch(
          rethrow(topic),
        );
        const last = fetched.at(-1);
        const wanted = fetched.filter(({ offset, isControlRecord }) => isWithin(offset, next, to) && !isControlRecord);
        if (wanted.length > 0)
          yield wanted.map(({ offset, key, value, timestamp }) => ({
            topic,
            partition,
            offset,
            key,
            value,
            timestamp,
          }));
        // Compaction leaves batches without a message, which kafkajs passes over without saying how far they reach.
        next = last === undefined ? next + 1n : BigInt(last.offset) + 1n;
      }
    },
  };
};

const isWithin = (offset: string, from: bigint, to: bigint): boolean => BigInt(offset) >= from && BigInt(offset) < to;

const fetchFrom = async (
  cluster: Cluster,
  { topic, partition, next }: { topic: string; partition: number; next: bigint },
): Promise<FetchedMessage[]> => {
  const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (leader === undefined) throw new Error(`partition ${String(partition)} has no leader`);
  const broker = await cluster.findBroker({ nodeId: leader });
  const { responses } = await broker.fetch({
    isolationLevel: 0,
    maxWaitTime: 0,
    minBytes: 0,
    maxBytes: fetchBytes,
    topics: [{ topic, partitions: [{ partition, fetchOffset: String(next), maxBytes: fetchBytes }] }],
  });
  return responses.flatMap(({ partitions }) => partitions.flatMap(({ messages }) => messages));
};

const late = Symbol('late');

const inTime = async <T>(promise: Promise<T>, limitMs: number): Promise<T> => {
  promise.catch(() => undefined);
  const outcome = await withTimeLimit(promise, limitMs, late);
  if (outcome === late) throw new Error(`no answer within ${String(limitMs / 1_000)} s`);
  return outcome;
};

const rethrow =
  (topic: string) =>
  (error: unknown): never => {
    const type = protocolErrorOf(error);
    if (type === 'UNKNOWN_TOPIC_OR_PARTITION') throw new TopicMissing(`there is no topic ${topic}`, { cause: error });
    if (type === 'TOPIC_AUTHORIZATION_FAILED')
      throw new TopicForbidden(`the broker does not let us read ${topic}`, { cause: error });
    throw new KafkaUnavailable(`cannot read ${topic}: ${describe(error)}`, { cause: error });
  };

const offsetsOf = (answer: TopicOffsets[]): Map<number, bigint> =>
  new Map(answer.flatMap(({ partitions }) => partitions.map(({ partition, offset }) => [partition, BigInt(offset)])));

type TopicOffsets = { topic: string; partitions: { partition: number; offset: string }[] };

type FetchedMessage = {
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
  timestamp: string;
  isControlRecord: boolean;
};

/** What kafkajs's consumers stand on. It is not public, and the only way to read without a group (decisions/005). */
type Cluster = {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  findTopicPartitionMetadata(topic: string): { partitionId: number }[];
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  fetchTopicsOffset(
    topics: { topic: string; fromBeginning: boolean; partitions: { partition: number }[] }[],
  ): Promise<TopicOffsets[]>;
  findBroker(which: { nodeId: string }): Promise<{
    fetch(request: object): Promise<{ responses: { partitions: { messages: FetchedMessage[] }[] }[] }>;
  }>;
  brokerPool: { metadata?: { clusterId?: string } };
};

const clusterOf = (kafka: Kafka): Cluster =>
  createClusterOf(kafka).create({ allowAutoTopicCreation: false, metadataMaxAge: 300_000 }) as Cluster;
