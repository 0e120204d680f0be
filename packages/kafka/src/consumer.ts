import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedMessage } from './chunks';
import type { KafkaClient } from './client';
import type { CommitNotes } from './commit-notes';
import { heartbeatIntervalMs, startSession, type ConsumerSession } from './consumer-session';
import { createStatus, type ConsumerState } from './consumer-status';
import { createCommitted, type CommitStore } from './committed';
import type { LostRange } from './lost-range';
import { createOwnMembers } from './own-members';
import { createPartitionWork } from './partition-work';

export type { ConsumerState };

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
  /** The same in bytes, as fetched. Default 32 MiB. */
  maxOutstandingBytes?: number;
  /**
   * Messages of one partition in offset order, at least once each; resolves once they are durable. It is called again
   * before that, for the same partition too. Offsets are committed up to the first message that is not durable. If it
   * rejects, the partition's messages come again after a pause, from the first that is not durable.
   */
  onBatch: (messages: ReceivedMessage[]) => Promise<void>;
  /** With how many partitions a topic that is missing, or goes missing later, is created; absent: it is waited for. */
  createPartitions?: number;
  /**
   * Called before reading goes on elsewhere than at what was committed, because the partition does not hold that any more. Resolves
   * once that is on record; nothing is read before, and if it rejects it is called again. It may be called again for what is on record.
   */
  onLost?: (lost: LostRange[]) => Promise<void>;
  /** What is kept with each commit, and judged before the group is joined. */
  notes?: CommitNotes;
  /** Where commits are kept, so that what was lost with a topic while nobody read is told of too. */
  commits?: CommitStore;
  /** What the messages are read for. Of a group whose members read for several, only those have partitions who read for one: that of the first. */
  readsFor?: string;
  onState?: (state: ConsumerState, detail?: string) => void;
};

export type RunningConsumer = {
  /** Lets what is outstanding finish, commits, leaves the group. A few seconds at most beyond that, broker or not. */
  stop(): Promise<void>;
  state(): ConsumerState;
  /** Why it is disconnected or, while it runs, which topics it waits for or who keeps it out; empty while it reads all of them. */
  reason(): string;
};

/** Consumes until stopped. Whatever ends the consumer (no broker, no topic, a crash) it is built anew, for as long as it takes. */
export const runConsumer = (client: KafkaClient, options: ConsumerOptions): RunningConsumer => {
  const { groupId, topics, maxBatchMessages = 2_000, partitionsConcurrently = 1, fromBeginning = true } = options;
  const { log } = client;
  const { onBatch, notes, createPartitions, onLost = () => Promise.resolve() } = options;
  const { commits = { kept: new Map(), keep: () => undefined } } = options;
  const committed = createCommitted(commits);
  const own = options.readsFor === undefined ? undefined : createOwnMembers(options.readsFor);
  const maxOutstanding = {
    messages: options.maxOutstandingMessages ?? 20_000,
    bytes: options.maxOutstandingBytes ?? 32 * 1_024 * 1_024,
  };
  const work = createPartitionWork(log, {
    ...{ onBatch, maxBatchMessages, maxOutstanding, heartbeatIntervalMs, notes, committed },
  });
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  const status = createStatus(log, options);
  let session: ConsumerSession | undefined;

  const supervise = async (): Promise<void> => {
    while (!isStopping()) {
      session = startSession(client, {
        ...{ groupId, topics, createPartitions, fromBeginning, partitionsConcurrently },
        ...{ work, notes, committed, onLost, own },
        ...{ onJoined: status.onJoined, onShutOut: status.onShutOut },
      });
      const why = await session.ended;
      if (isStopping()) return;
      await sleep(status.onEnded(why), undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };

  status.enter('connecting');
  const done = supervise();
  return {
    state: status.state,
    reason: status.reason,
    stop: async () => {
      stopping.abort();
      await session?.stop();
      await done;
      if (status.state() !== 'disconnected') status.enter('disconnected', 'stopped');
    },
  };
};
