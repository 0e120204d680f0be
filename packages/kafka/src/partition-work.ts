import { setTimeout as sleep } from 'node:timers/promises';
import type { EachBatchPayload } from 'kafkajs';
import { chunksOf, type Chunk, type ReceivedMessage } from './chunks';
import type { CommitNotes } from './commit-notes';
import { createCommits } from './commits';
import { describe } from './errors';
import type { KafkaLog } from './logging';
import { createOutstanding, type Load } from './outstanding';
import type { Progress } from './progress';
import { beginTenure, keyOf, shareOf, type Membership, type PartitionShare, type Tenure } from './tenure';
import { backoffMs, withTimeLimit } from './time-limit';

export type BatchOptions = {
  /**
   * Messages of one partition in offset order; resolves once they are durable. Called again for the partition before
   * that. Rejecting means: hand them to me again, later.
   */
  onBatch: (messages: ReceivedMessage[]) => Promise<void>;
  maxBatchMessages: number;
  /** Above it, over all partitions, nothing more is handed out. */
  maxOutstanding: Load;
  heartbeatIntervalMs: number;
  notes?: CommitNotes | undefined;
};

const retryBackoff = { firstMs: 100, limitMs: 5_000 };
/** How long a rebalance is held up for what is nearly durable; what is not in time comes again. */
const drainLimitMs = 1_000;

/** Says we are alive while a handler waits; `isLost` once the group wants something of us (or cannot be reached). */
const keepBeating = (payload: EachBatchPayload, intervalMs: number, onBeat: () => void) => {
  let isLost = false;
  const beat = async (): Promise<void> => {
    await payload.heartbeat().catch(() => (isLost = true));
    onBeat();
  };
  const timer = setInterval(() => void beat(), intervalMs);
  return {
    beat,
    isLost: () => isLost,
    stop: () => {
      clearInterval(timer);
    },
  };
};

type Handling = { payload: EachBatchPayload; tenure: Tenure; share: PartitionShare; mayGoOn: () => boolean };

/**
 * Hands messages to onBatch as they are fetched, up to a bound, and commits them once they are durable, in the generation
 * in which they were fetched. A failure pauses its partition for a while, which goes on from the first message that
 * is not durable; other partitions go on. Nothing is ever thrown into kafkajs, which would stop.
 */
export const createPartitionWork = (log: KafkaLog, options: BatchOptions) => {
  const outstanding = createOutstanding(options.maxOutstanding);
  const commits = createCommits(log, options.notes);
  const failures = new Map<string, number>();
  const chunkLimits = {
    messages: Math.min(options.maxBatchMessages, options.maxOutstanding.messages),
    bytes: options.maxOutstanding.bytes,
  };
  /** Of partitions that had something undurable when their generation ended. */
  const earlier = new Map<string, Progress>();
  let tenure: Tenure | undefined;
  let handling = 0;
  let isClosing = false;
  let isReleased = false;

  const tenureOf = (payload: EachBatchPayload, membership: Membership): Tenure => {
    if (tenure && !tenure.isOver()) return tenure;
    for (const [key, { progress }] of tenure?.partitions ?? [])
      if (!progress.isSettled() || progress.failedAt() !== undefined) earlier.set(key, progress);
    tenure = beginTenure(payload, membership);
    return tenure;
  };

  const tryAgainLater = async ({ payload, tenure, share }: Handling, retryInMs: number): Promise<void> => {
    const { topic, partition, progress } = share;
    const resume = payload.pause();
    await sleep(retryInMs, undefined, { ref: false });
    await outstanding.until(progress.isSettled);
    const offset = progress.failedAt();
    if (offset !== undefined && !tenure.isOver()) {
      tenure.seek({ topic, partition, offset });
      progress.startAgain();
    }
    resume();
  };

  const onFailed = (handling: Handling, error: unknown): void => {
    const { topic, partition, progress } = handling.share;
    const key = keyOf(handling.share);
    const attempt = failures.get(key) ?? 0;
    failures.set(key, attempt + 1);
    const retryInMs = backoffMs(attempt, retryBackoff);
    log.error(
      { topic, partition, offset: progress.failedAt(), error: describe(error), retryInMs },
      'Handling Kafka messages failed; trying again',
    );
    if (!handling.tenure.isOver()) void tryAgainLater(handling, retryInMs);
  };

  const handOut = async (handling: Handling, { received, span, load }: Chunk): Promise<void> => {
    const { tenure, share } = handling;
    const held = share.progress.handOut(span);
    outstanding.add(load);
    try {
      await options.onBatch(received);
      if (share.progress.markDurable(held)) failures.delete(keyOf(share));
      commits.commit(tenure);
    } catch (error) {
      const isNews = share.progress.failedAt() === undefined;
      share.progress.markFailed(held);
      if (isNews) onFailed(handling, error);
    } finally {
      outstanding.remove(load);
    }
  };

  /**
   * Waits for what an earlier generation handed out of this partition. kafkajs may come with a batch that it fetched in
   * that generation: whatever it fetched, no message that failed is left out.
   */
  const isBehindEarlier = async ({ payload, tenure, share, mayGoOn }: Handling): Promise<boolean> => {
    const key = keyOf(share);
    const before = earlier.get(key);
    if (before === undefined) return true;
    await outstanding.until(() => before.isSettled() || !mayGoOn());
    if (!mayGoOn()) return false;
    earlier.delete(key);
    const offset = before.failedAt();
    const first = payload.batch.messages[0]?.offset;
    if (offset === undefined || first === undefined || BigInt(first) <= BigInt(offset)) return true;
    tenure.seek({ topic: share.topic, partition: share.partition, offset });
    return false;
  };

  const handOutAll = async (handling: Handling): Promise<void> => {
    const { payload, share, mayGoOn } = handling;
    if (!(await isBehindEarlier(handling))) return;
    for (const chunk of chunksOf(payload.batch, chunkLimits)) {
      while (mayGoOn() && !outstanding.hasRoomFor(chunk.load)) await outstanding.changed();
      if (!mayGoOn()) return;
      void handOut(handling, chunk);
      if (share.progress.failedAt() !== undefined) return;
      const last = chunk.received.at(-1);
      if (last) payload.resolveOffset(last.offset);
    }
  };

  /** Everything handed out is settled, and committed if it could be. */
  const settled = async (): Promise<void> => {
    await outstanding.until(outstanding.isEmpty);
    if (tenure) commits.commit(tenure);
    await commits.idle();
  };

  const handle = async (payload: EachBatchPayload, membership: Membership): Promise<void> => {
    if (membership.isOver()) return;
    const tenure = tenureOf(payload, membership);
    const share = shareOf(tenure, payload.batch);
    const heart = keepBeating(payload, options.heartbeatIntervalMs, outstanding.wake);
    const isOutOfOrder = () => payload.isStale() || share.progress.failedAt() !== undefined;
    const mayGoOn = () => !isClosing && !tenure.isOver() && payload.isRunning() && !heart.isLost() && !isOutOfOrder();
    handling += 1;
    try {
      await handOutAll({ payload, tenure, share, mayGoOn });
      // The group is not left before the last commit, as long as a handler is held.
      if (isClosing) await outstanding.until(() => isReleased || heart.isLost());
      else await heart.beat();
      if (heart.isLost()) await withTimeLimit(settled(), drainLimitMs, undefined);
    } catch (error) {
      // kafkajs may have given the topic away meanwhile, and then knows no offset of it to resolve.
      log.warn({ topic: share.topic, partition: share.partition, error: describe(error) }, 'A Kafka batch was left');
    } finally {
      heart.stop();
      handling -= 1;
    }
  };

  return {
    handle,
    /** kafkajs is waiting for none of our handlers. */
    isIdle: () => handling === 0,
    /** Hands out nothing more. */
    close: (): void => {
      isClosing = true;
      outstanding.wake();
    },
    idle: () => outstanding.until(outstanding.isEmpty),
    settled,
    /** Lets handlers end that `close` held. */
    release: (): void => {
      isReleased = true;
      outstanding.wake();
    },
  };
};

export type PartitionWork = ReturnType<typeof createPartitionWork>;
