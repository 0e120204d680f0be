import type { Consumer, Kafka } from 'kafkajs';
import type { KafkaClient } from './client';
import { settleNotes, type CommitNotes } from './commit-notes';
import { describe } from './errors';
import type { Membership, PartitionWork } from './partition-work';
import { withTimeLimit } from './time-limit';

const sessionTimeoutMs = 6_000;
export const heartbeatIntervalMs = 1_500;

/** The broker answers as soon as there is one byte; this bounds how long an idle consumer takes to stop. */
const maxFetchWaitMs = 250;
const rebalanceTimeoutMs = 30_000;
const watchEveryMs = 1_000;
/** Longer than anything kafkajs may wait for in good health, a rebalance included. */
const silenceLimitMs = 45_000;
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
  /** Lets running batches finish, commits and leaves the group; gives up on the last two if the broker is away. */
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
  const membership = { generation: () => generation, isOver: () => isOver };
  start({ kafka: connection.kafka, consumer, membership }, options).catch((error: unknown) => {
    end(describe(error));
  });

  const stop = async (): Promise<void> => {
    if (generation > 0 && !isOver) {
      const left = consumer.disconnect().catch(() => undefined);
      await Promise.race([left, options.work.idle()]);
      await withTimeLimit(left, leaveLimitMs, undefined);
    }
    await options.work.idle();
    end('stopped');
  };
  return { ended, stop };
};
