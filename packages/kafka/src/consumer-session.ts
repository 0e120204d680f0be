import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { Consumer, ConsumerConfig, IMemberAssignment } from 'kafkajs';
import { createAdmin } from './admin';
import type { KafkaClient } from './client';
import type { Connection } from './connection';
import { describe } from './errors';
import { othersIn } from './own-members';
import type { OwnMembers } from './own-members';
import { describeMissing, missingOf, type Missing } from './input-topics';
import { createJoiningConsumer } from './joining';
import type { PartitionWork } from './partition-work';
import { checkCommits, settleGroup, type Group, type Settled } from './settle-group';
import { keyOf, type Membership } from './tenure';
import { withTimeLimit } from './time-limit';

const sessionTimeoutMs = 6_000;
export const heartbeatIntervalMs = 1_500;

/** The broker answers as soon as there is one byte; this bounds how long an idle consumer takes to stop. */
const maxFetchWaitMs = 250;
const rebalanceTimeoutMs = 30_000;
/** How long a rebalance is held up for what is nearly durable; what is not in time comes again. Below the session time-out, as no heartbeat is sent meanwhile. */
const drainLimitMs = 3_000;
const watchEveryMs = 1_000;
/** Longer than anything kafkajs may wait for in good health, a rebalance included. */
const silenceLimitMs = 45_000;
const commitLimitMs = 1_000;
const leaveLimitMs = 3_000;
/** Below the session time-out, for meanwhile nothing tells the group that we are alive. */
const checkLimitMs = 4_000;
const missingBackoff = { firstMs: 500, limitMs: 10_000 };

export type SessionOptions = Group & {
  fromBeginning: boolean;
  partitionsConcurrently: number;
  work: PartitionWork;
  /** With the topics that are waited for meanwhile, and again when that changes; empty if there are none. */
  onJoined: (missing: string) => void;
  /** Absent where the members of the group are not told apart. */
  own: OwnMembers | undefined;
  /** With why no partition is left for this member, where others have them for another log; empty once it has some. */
  onShutOut: (why: string) => void;
};

/** One kafkajs consumer, from connecting to its end. */
export type ConsumerSession = {
  /** Resolves with the reason; the consumer can do nothing any more by then. */
  ended: Promise<string>;
  /** Lets what is outstanding finish, commits and leaves the group; gives up on the last two if the broker is away. */
  stop(): Promise<void>;
};

type Parts = {
  client: KafkaClient;
  connection: Connection;
  consumer: Consumer;
  membership: Membership;
  options: SessionOptions;
  end: (reason: string) => void;
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

const createConsumer = ({ kafka }: Connection, { groupId, own, work }: SessionOptions): Consumer => {
  const config: ConsumerConfig = {
    groupId,
    ...(own !== undefined && { partitionAssigners: [own.assigner] }),
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: heartbeatIntervalMs,
    rebalanceTimeout: rebalanceTimeoutMs,
    maxWaitTimeInMs: maxFetchWaitMs,
    minBytes: 1,
    maxBytes: 32 * 1_024 * 1_024,
    metadataMaxAge: 30_000,
    allowAutoTopicCreation: false,
    // kafkajs restarts itself after some errors and not after others: we do it, after all of them.
    retry: { restartOnFailure: () => Promise.resolve(false) },
  };
  return createJoiningConsumer(kafka, config, () => work.settled(drainLimitMs));
};

/** Joins the group, and goes on behind what was lost. Resolves with what is waited for. */
const join = async ({ client, connection, consumer, membership, options, end }: Parts): Promise<Missing> => {
  const { topics, missing, lost } = await settleGroup(client, connection, options);
  let resumed: Settled['lost'] = [];
  let hasJoined = false;
  let checked: Promise<void> = Promise.resolve();
  consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
    if (membership.isOver()) return;
    void tellShutOut({ client, connection, membership, options }, memberAssignment);
    if (hasJoined) {
      checked = check(connection, { ...options, topics }).catch((error: unknown) => {
        end(describe(error));
      });
      return;
    }
    hasJoined = true;
    // Before anything is fetched. What is assigned to another member is his.
    resumed = lost.filter((place) => isAmong(memberAssignment, place));
    for (const { topic, partition, to } of resumed) membership.seek({ topic, partition, offset: to });
    options.onJoined(describeMissing(missing));
  });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: options.fromBeginning });
  await consumer.run({
    eachBatchAutoResolve: false,
    autoCommit: false,
    partitionsConsumedConcurrently: options.partitionsConcurrently,
    eachBatch: async (payload) => {
      await checked;
      await options.work.handle(payload, membership);
    },
  });
  if (resumed.length > 0) await commitResumed(client, consumer, { resumed, options });
  return missing;
};

/** A member without partitions may be one too many, or read for another log than those who were there first. */
const tellShutOut = async (
  { client, connection, membership, options }: Pick<Parts, 'client' | 'connection' | 'membership' | 'options'>,
  assignment: IMemberAssignment,
): Promise<void> => {
  const { groupId, own, onShutOut } = options;
  if (own === undefined) return;
  const generation = membership.generation();
  const partitions = Object.values(assignment).flat().length;
  own.onAssigned(partitions);
  const others =
    partitions === 0
      ? await othersIn(connection, groupId, own.log).catch((error: unknown) => {
          client.log.debug({ error: describe(error) }, 'Could not look who else is in the group');
          return [];
        })
      : [];
  if (membership.isOver() || membership.generation() !== generation) return;
  onShutOut(
    others.length === 0
      ? ''
      : `the messages of group ${groupId} go to another log, by ${others.join(', ')}, which was there first: stop whichever of the two is not meant to run`,
  );
};

/** Nothing is handed out before it is known that the topics are still those that were read, and that no other log has counted of them. */
const check = async (connection: Connection, options: SessionOptions): Promise<void> => {
  const late = new Error('the broker does not say what is committed');
  const answer = await withTimeLimit(checkCommits(connection, options), checkLimitMs, late);
  if (answer instanceof Error) throw answer;
};

const isAmong = (assignment: IMemberAssignment, { topic, partition }: Settled['lost'][number]): boolean =>
  assignment[topic]?.includes(partition) ?? false;

/** So that the next session does not find them lost again; where it fails, that one has them told of once all the same. */
const commitResumed = async (
  { log }: KafkaClient,
  consumer: Consumer,
  { resumed, options: { notes, committed } }: { resumed: Settled['lost']; options: SessionOptions },
): Promise<void> => {
  const note = await notes?.write();
  const offsets = resumed.map(({ topic, partition, to: offset }) => ({
    topic,
    partition,
    offset,
    metadata: note ?? null,
  }));
  try {
    await consumer.commitOffsets(offsets);
    committed.add(new Map(offsets.map(({ offset, ...place }) => [keyOf(place), { offset, note }])));
  } catch (error) {
    log.info({ offsets, error: describe(error) }, 'Kafka did not take the commit behind what was lost');
  }
};

/** Looks for topics that are missing. Resolves once one of them is there, or the session is over. */
const untilOneIsThere = async ({ client, connection, membership, options }: Parts, missing: Missing): Promise<void> => {
  let latest = missing;
  for (let attempt = 0; latest.size >= missing.size && !membership.isOver(); attempt += 1) {
    await sleep(backoffMs(attempt, missingBackoff), undefined, { ref: false });
    if (membership.isOver()) return;
    const admin = createAdmin(connection.kafka);
    try {
      await admin.connect();
      latest = await missingOf(client, admin, options);
      if (latest.size >= missing.size) options.onJoined(describeMissing(latest));
    } catch (error) {
      client.log.debug({ error: describe(error) }, 'Could not look for missing topics');
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
};

export const startSession = (client: KafkaClient, options: SessionOptions): ConsumerSession => {
  const connection = client.connect(({ topic, partition }) => {
    // At once, or kafkajs commits where it goes on, and what is between is gone without a trace.
    end(`what is next in ${topic}/${String(partition)} is not there any more`);
  });
  const consumer = createConsumer(connection, options);
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
  const run = async (): Promise<void> => {
    const parts = { client, connection, consumer, membership, options, end };
    const missing = await join(parts);
    if (missing.size === 0) return;
    await untilOneIsThere(parts, missing);
    if (isOver) return;
    consumer.pause(options.topics.map((topic) => ({ topic })));
    await options.work.settled(commitLimitMs);
    await withTimeLimit(consumer.disconnect(), leaveLimitMs, undefined);
    end('a topic that was missing is there now');
  };
  run().catch((error: unknown) => {
    end(describe(error));
  });

  const stop = async (): Promise<void> => {
    const { work } = options;
    work.close();
    await work.idle();
    if (generation > 0 && !isOver) {
      await work.settled(commitLimitMs);
      const left = consumer.disconnect().catch(() => undefined);
      work.release();
      await withTimeLimit(left, leaveLimitMs, undefined);
    }
    end('stopped');
  };
  return { ended, stop };
};
