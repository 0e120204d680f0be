import type { Consumer, Kafka } from 'kafkajs';
import type { KafkaClient } from './client';
import { settleNotes, type CommitNotes } from './commit-notes';
import { describe } from './errors';
import type { PartitionWork } from './partition-work';
import type { Membership } from './tenure';
import { withTimeLimit } from './time-limit';

const sessionTimeoutMs = 6_000;
export const heartbeatIntervalMs = 1_500;

/** The broker answers as soon as there is one byte; this bounds how long an idle consumer takes to stop. */
const maxFetchWaitMs = 250;
/**
 * kafkajs decodes an answer in one go, during which nothing else runs: what a partition gives of it is kept small, and
 * what an answer may hold in all is no limit, since the same partitions would always come off best.
 */
const maxBytesPerPartition = 256 * 1_024;
const rebalanceTimeoutMs = 30_000;
const watchEveryMs = 1_000;
/** Longer than anything kafkajs may wait for in good health, a rebalance included. */
const silenceLimitMs = 45_000;
const commitLimitMs = 1_000;
const leaveLimitMs = 3_000;

export type SessionOptions = {
  groupId: string;
  topics: readonly string[];
  fromBeginning: boolean;
  partitionsConcurrently: number;
  work: PartitionWork;
  notes: CommitNotes | undefined;
  onJoined: () => void;
};

/** One kafkajs consumer, from connecting to its end. */
export type ConsumerSession = {
  /** Resolves with the reason; the consumer can do nothing any more by then. */
  ended: Promise<string>;
  /** Lets what is outstanding finish, commits and leaves the group; gives up on the last two if the broker is away. */
  stop(): Promise<void>;
};

type Group = { kafka: Kafka; consumer: Consumer; membership: Membership };

const start = async ({ kafka, consumer, membership }: Group, options: SessionOptions): Promise<void> => {
  if (options.notes) await settleNotes(kafka, options.notes, options);
  await consumer.connect();
  await consumer.subscribe({ topics: [...options.topics], fromBeginning: options.fromBeginning });
  await consumer.run({
    eachBatchAutoResolve: false,
    autoCommit: false,
    partitionsConsumedConcurrently: options.partitionsConcurrently,
    eachBatch: (payload) => options.work.handle(payload, membership),
  });
};

/** kafkajs has been seen to fall silent; whatever it waits for, silence ends the session. */
const watch = (consumer: Consumer, work: PartitionWork, onSilence: () => void): (() => void) => {
  let lastSign = Date.now();
  const sign = (): void => {
    lastSign = Date.now();
  };
  for (const event of [consumer.events.FETCH, consumer.events.HEARTBEAT, consumer.events.GROUP_JOIN] as const) {
    consumer.on(event as 'consumer.heartbeat', sign);
  }
  const timer = setInterval(() => {
    if (!work.isIdle()) sign();
    if (Date.now() - lastSign > silenceLimitMs) onSilence();
  }, watchEveryMs);
  return () => {
    clearInterval(timer);
  };
};

export const startSession = (client: KafkaClient, options: SessionOptions): ConsumerSession => {
  const connection = client.connect();
  const consumer = connection.kafka.consumer({
    groupId: options.groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: heartbeatIntervalMs,
    rebalanceTimeout: rebalanceTimeoutMs,
    maxWaitTimeInMs: maxFetchWaitMs,
    minBytes: 1,
    maxBytesPerPartition,
    maxBytes: 32 * 1_024 * 1_024,
    metadataMaxAge: 30_000,
    allowAutoTopicCreation: false,
    // kafkajs restarts itself after some errors and not after others: we do it, after all of them.
    retry: { restartOnFailure: () => Promise.resolve(false) },
  });
  let generation = 0;
  let isOver = false;
  let end: (reason: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    end = (reason) => {
      isOver = true;
      stopWatching();
      connection.cut();
      resolve(reason);
    };
  });
  const stopWatching = watch(consumer, options.work, () => {
    end(`no sign of life from the broker for ${String(silenceLimitMs / 1_000)} s`);
  });
  consumer.on(consumer.events.GROUP_JOIN, () => {
    generation += 1;
    if (!isOver) options.onJoined();
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    end(describe(payload.error));
  });
  const membership: Membership = {
    generation: () => generation,
    isOver: () => isOver,
    seek: (place) => {
      try {
        consumer.seek(place);
      } catch {
        // It has stopped. The next session reads on from what is committed.
      }
    },
  };
  start({ kafka: connection.kafka, consumer, membership }, options).catch((error: unknown) => {
    end(describe(error));
  });

  const stop = async (): Promise<void> => {
    const { work } = options;
    work.close();
    await work.idle();
    if (generation > 0 && !isOver) {
      await withTimeLimit(work.settled(), commitLimitMs, undefined);
      const left = consumer.disconnect().catch(() => undefined);
      work.release();
      await withTimeLimit(left, leaveLimitMs, undefined);
    }
    end('stopped');
  };
  return { ended, stop };
};
