import type { KafkaClient } from './client';
import { clusterOf, inTime, letGo } from './cluster';
import type { Cluster, FetchedPartition, TopicOffsets } from './cluster';
import { KafkaUnavailable, TopicForbidden, TopicMissing, describe, protocolErrorOf } from './errors';
import type { ReceivedMessage } from './chunks';

/** What a partition holds: from `low` on, up to but without `high`. */
export type PartitionSpan = { partition: number; low: bigint; high: bigint };

export type TopicReader = {
  /** Which cluster it is; a topic of the same name in another one is another topic. */
  readonly cluster: string;
  /** As they were when the reader was opened. */
  readonly spans: readonly PartitionSpan[];
  /** The messages from `from` on, up to but without `to`, in the order of their offsets, some at a time; those compaction removed are left out. */
  read(range: { partition: number; from: bigint; to: bigint }): AsyncGenerator<ReceivedMessage[]>;
  /**
   * What comes into each partition from its offset in `from` on, until the signal; that map is kept up to what was given. A quarter
   * of a second at most passes without a tailing, which then is empty.
   */
  follow(from: Map<number, bigint>, signal: AbortSignal): AsyncGenerator<Tailing>;
};

/** What was fetched at once, and of which partitions that was all there was. */
export type Tailing = { messages: ReceivedMessage[]; atEnd: ReadonlySet<number> };

const openLimitMs = 20_000;
const fetchLimitMs = 15_000;
const fetchBytes = 1 << 20;
const tailingMs = 250;

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
    await letGo(cluster);
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
        const request = { topic, from: new Map([[partition, next]]), waitMs: 0 };
        const [fetched] = await inTime(fetchFrom(cluster, request), fetchLimitMs).catch(rethrow(topic));
        const messages = fetched === undefined ? [] : messagesOf(topic, fetched, next);
        const wanted = messages.filter(({ offset }) => BigInt(offset) < to);
        if (wanted.length > 0) yield wanted;
        next = nextAfter(fetched?.messages, next);
      }
    },
    async *follow(from, signal) {
      const ended = new Promise<FetchedPartition[]>((resolve) => {
        signal.addEventListener('abort', () => {
          resolve([]);
        });
      });
      const fetch = (some: ReadonlyMap<number, bigint>, waitMs: number) =>
        inTime(fetchFrom(cluster, { topic, from: some, waitMs }), fetchLimitMs).catch(rethrow(topic));
      while (!signal.aborted) {
        const fetched = await Promise.race([fetch(from, tailingMs), ended]);
        const messages: ReceivedMessage[] = [];
        const atEnd = new Set<number>();
        for (const one of fetched) {
          const { partition } = one;
          const next = from.get(partition) ?? 0n;
          const end = BigInt(one.highWatermark);
          // Beside others a partition may come off with nothing, alone only where compaction has left nothing.
          const isPassedOver = one.messages.length === 0 && next < end;
          const [given = one] = isPassedOver ? await fetch(new Map([[partition, next]]), 0) : [one];
          messages.push(...messagesOf(topic, given, next));
          if (next < end) from.set(partition, nextAfter(given.messages, next));
          if ((from.get(partition) ?? next) >= end) atEnd.add(partition);
        }
        yield { messages, atEnd };
      }
    },
  };
};

/** A fetch gives a whole batch, also where it is asked for the middle of one. */
const messagesOf = (topic: string, { partition, messages }: FetchedPartition, from: bigint): ReceivedMessage[] =>
  messages
    .filter(({ offset, isControlRecord }) => BigInt(offset) >= from && !isControlRecord)
    .map(({ offset, key, value }) => ({ topic, partition, offset, key, value }));

/** Compaction leaves batches without a message, which kafkajs passes over without saying how far they reach. */
const nextAfter = (messages: FetchedPartition['messages'] = [], from: bigint): bigint => {
  const last = messages.at(-1);
  return last === undefined ? from + 1n : BigInt(last.offset) + 1n;
};

/** Each leader is asked at once for what it leads. */
const fetchFrom = async (
  cluster: Cluster,
  { topic, from, waitMs }: { topic: string; from: ReadonlyMap<number, bigint>; waitMs: number },
): Promise<FetchedPartition[]> => {
  const leaders = Object.entries(cluster.findLeaderForPartitions(topic, [...from.keys()]));
  if (leaders.length === 0) throw new Error(`${topic} has no leader`);
  const fetched = await Promise.all(
    leaders.map(async ([nodeId, led]) => {
      const broker = await cluster.findBroker({ nodeId });
      const partitions = led.map((partition) => ({
        partition,
        fetchOffset: String(from.get(partition)),
        maxBytes: fetchBytes,
      }));
      const { responses } = await broker.fetch({
        isolationLevel: 0,
        maxWaitTime: waitMs,
        minBytes: waitMs === 0 ? 0 : 1,
        maxBytes: fetchBytes,
        topics: [{ topic, partitions }],
      });
      return responses.flatMap((one) => one.partitions);
    }),
  );
  return fetched.flat();
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
