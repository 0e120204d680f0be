import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedMessage } from './chunks';
import type { KafkaClient } from './client';
import type { CommitNotes } from './commit-notes';
import { heartbeatIntervalMs, startSession, type ConsumerSession } from './consumer-session';
import { createPartitionWork } from './partition-work';
import { backoffMs } from './time-limit';

export type ConsumerState = 'connecting' | 'running' | 'disconnected';

export type ConsumerOptions = {
  groupId: string;
  topics: readonly string[];
  /** Where a group that has committed nothing starts. Default true. */
  fromBeginning?: boolean;
  /** Most messages in one call of onBatch. Default 2,000. */
  maxBatchMessages?: number;
  /** How many partitions may be in onBatch at once. Default 1. */
  partitionsConcurrently?: number;
  /** What may be handed to onBatch and not be durable, over all partitions. Default 20,000 messages. */
  maxOutstandingMessages?: number;
  /** The same in bytes of keys and values. Default 32 MiB. */
  maxOutstandingBytes?: number;
  /**
   * Messages of one partition in offset order, at least once each; resolves once they are durable. It is called again
   * before that, for the same partition too. Offsets are committed up to the first message that is not durable. If it
   * rejects, the partition's messages come again after a pause, from the first that is not durable.
   */
  onBatch: (messages: ReceivedMessage[]) => Promise<void>;
  /** What is kept with each commit, and judged before the group is joined. */
  notes?: CommitNotes;
  onState?: (state: ConsumerState, detail?: string) => void;
};

export type RunningConsumer = {
  /** Lets what is outstanding finish, commits, leaves the group. A few seconds at most beyond that, broker or not. */
  stop(): Promise<void>;
  state(): ConsumerState;
  /** Why it is disconnected, empty while it is not. */
  reason(): string;
};

const reconnectBackoff = { firstMs: 250, limitMs: 3_000 };
/** A consumer that ran so long is well again; one that joins and ends at once is not, and its log lines are not repeated. */
const wellAfterMs = 10_000;

/** Consumes until stopped. Whatever ends the consumer (no broker, no topic, a crash) it is built anew, for as long as it takes. */
export const runConsumer = (client: KafkaClient, options: ConsumerOptions): RunningConsumer => {
  const { groupId, topics, maxBatchMessages = 2_000, partitionsConcurrently = 1, fromBeginning = true } = options;
  const { log } = client;
  const { onBatch, notes } = options;
  const maxOutstanding = {
    messages: options.maxOutstandingMessages ?? 20_000,
    bytes: options.maxOutstandingBytes ?? 32 * 1_024 * 1_024,
  };
  const work = createPartitionWork(log, { onBatch, maxBatchMessages, maxOutstanding, heartbeatIntervalMs, notes });
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  let state: ConsumerState = 'connecting';
  let session: ConsumerSession | undefined;
  let attempt = 0;
  let lastReason = '';
  let reason = '';
  let joinedAt = Infinity;

  const enter = (next: ConsumerState, detail?: string): void => {
    state = next;
    reason = detail ?? '';
    options.onState?.(next, detail);
  };

  const onJoined = (): void => {
    if (state === 'running') return;
    joinedAt = Date.now();
    const write = attempt <= 1 ? log.info : log.debug;
    write.call(log, { groupId, topics }, 'Kafka consumer is running');
    enter('running');
  };

  const onEnded = (why: string): void => {
    if (Date.now() - joinedAt > wellAfterMs) {
      attempt = 0;
      lastReason = '';
    }
    joinedAt = Infinity;
    const write = why === lastReason ? log.debug : log.warn;
    write.call(log, { groupId, topics, reason: why }, 'Kafka consumer is disconnected; trying until it is back');
    lastReason = why;
    enter('disconnected', why);
  };

  const supervise = async (): Promise<void> => {
    while (!isStopping()) {
      session = startSession(client, { groupId, topics, fromBeginning, partitionsConcurrently, work, notes, onJoined });
      const why = await session.ended;
      if (isStopping()) return;
      onEnded(why);
      const pauseMs = backoffMs(attempt, reconnectBackoff);
      attempt += 1;
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };

  enter('connecting');
  const done = supervise();
  return {
    state: () => state,
    reason: () => reason,
    stop: async () => {
      stopping.abort();
      await session?.stop();
      await done;
      if (state !== 'disconnected') enter('disconnected', 'stopped');
    },
  };
};
