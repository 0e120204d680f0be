import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { CommitNotes } from './commit-notes';
import { describe } from './errors';
import type { KafkaLog } from './logging';
import { backoffMs, withTimeLimit } from './time-limit';

export type ReceivedMessage = {
  topic: string;
  partition: number;
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
  /** Milliseconds since 1970, as the producer or the broker stamped it. */
  timestamp: string;
};

export type BatchOptions = {
  /** Messages of one partition in offset order. Rejecting means: hand them to me again, later. */
  onBatch: (messages: ReceivedMessage[]) => Promise<void>;
  maxBatchMessages: number;
  heartbeatIntervalMs: number;
  notes?: CommitNotes | undefined;
};

/** The consumer that fetched a batch; its right to commit ends with its group generation. */
export type Membership = { generation(): number; isOver(): boolean };

const commitLimitMs = 1_000;
const retryBackoff = { firstMs: 100, limitMs: 5_000 };

const chunksOf = function* <T>(items: T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
};

const toReceived = (topic: string, partition: number, message: KafkaMessage): ReceivedMessage => ({
  topic,
  partition,
  offset: message.offset,
  key: message.key,
  value: message.value,
  timestamp: message.timestamp,
});

/** Says we are alive while `onBatch` runs; `isLost` once the group wants something of us (or cannot be reached). */
const keepBeating = (payload: EachBatchPayload, intervalMs: number) => {
  let isLost = false;
  const timer = setInterval(() => {
    payload.heartbeat().catch(() => (isLost = true));
  }, intervalMs);
  return {
    isLost: () => isLost,
    stop: () => {
      clearInterval(timer);
    },
  };
};

/**
 * Hands batches to onBatch: one at a time per partition, even across reconnects. An offset is committed only after
 * its messages were handled, by a consumer that still owns the partition. A batch that fails pauses its partition
 * for a while and is fetched again; other partitions go on. Nothing is ever thrown into kafkajs, which would stop.
 */
export const createPartitionWork = (log: KafkaLog, options: BatchOptions) => {
  const running = new Map<string, Promise<void>>();
  const failures = new Map<string, number>();

  const retryLater = (payload: EachBatchPayload, offset: string, error: unknown): void => {
    const { topic, partition } = payload.batch;
    const key = `${topic}/${String(partition)}`;
    const attempt = failures.get(key) ?? 0;
    failures.set(key, attempt + 1);
    const retryInMs = backoffMs(attempt, retryBackoff);
    log.error(
      { topic, partition, offset, error: describe(error), retryInMs },
      'Handling Kafka messages failed; trying again',
    );
    setTimeout(payload.pause(), retryInMs).unref();
  };

  /** Never rejects: what is not committed comes again. Of a broker that hangs, no answer is waited for. */
  const commitAfter = async (payload: EachBatchPayload, lastOffset: string): Promise<void> => {
    const { topic, partition } = payload.batch;
    const offset = String(BigInt(lastOffset) + 1n);
    try {
      const metadata = (await options.notes?.write()) ?? null;
      // kafkajs sends the metadata, though its types leave it out.
      const next = { partition, offset, metadata };
      const committing = payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [next] }] });
      await withTimeLimit(committing, commitLimitMs, undefined);
    } catch (error) {
      const fields = { topic, partition, offset, error: describe(error) };
      log.info(fields, 'Kafka did not take a commit; its messages may come again');
    }
  };

  const handleChunks = async (payload: EachBatchPayload, membership: Membership): Promise<void> => {
    const { topic, partition, messages } = payload.batch;
    const generation = membership.generation();
    const isOurs = () => !membership.isOver() && membership.generation() === generation;
    const heartbeat = keepBeating(payload, options.heartbeatIntervalMs);
    try {
      for (const chunk of chunksOf(messages, options.maxBatchMessages)) {
        const [first, last] = [chunk[0], chunk.at(-1)];
        if (!first || !last || !isOurs() || !payload.isRunning() || heartbeat.isLost()) return;
        try {
          await options.onBatch(chunk.map((message) => toReceived(topic, partition, message)));
        } catch (error) {
          retryLater(payload, first.offset, error);
          return;
        }
        failures.delete(`${topic}/${String(partition)}`);
        if (!isOurs()) return;
        payload.resolveOffset(last.offset);
        await commitAfter(payload, last.offset);
      }
    } finally {
      heartbeat.stop();
    }
  };

  const handle = async (payload: EachBatchPayload, membership: Membership): Promise<void> => {
    const key = `${payload.batch.topic}/${String(payload.batch.partition)}`;
    await running.get(key);
    const work = handleChunks(payload, membership);
    running.set(key, work);
    await work.finally(() => running.delete(key));
  };

  return { handle, isIdle: () => running.size === 0, idle: () => Promise.allSettled(running.values()) };
};

export type PartitionWork = ReturnType<typeof createPartitionWork>;
