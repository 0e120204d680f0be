import type { EachBatchPayload } from 'kafkajs';
import type { ReceivedMessage } from './chunks';
import type { CommitNotes } from './commit-notes';
import type { Committed } from './committed';
import { createCommits } from './commits';
import { describe } from './errors';
import { createHandOut } from './hand-out';
import type { KafkaLog } from './logging';
import { createOutstanding, type Load } from './outstanding';
import { createRetries } from './retries';
import { createTenures, shareOf, type Membership } from './tenure';
import { withTimeLimit } from './time-limit';

export type BatchOptions = {
  /** Messages of one partition in offset order; resolves once they are durable. Rejecting means: hand them to me again, later. */
  onBatch: (messages: ReceivedMessage[]) => Promise<void>;
  maxBatchMessages: number;
  /** Above it, over all partitions, nothing more is handed out. */
  maxOutstanding: Load;
  heartbeatIntervalMs: number;
  notes?: CommitNotes | undefined;
  committed: Committed;
};

/** Says we are alive while a handler waits; `isLost` once the group wants something of us (or cannot be reached). */
const keepBeating = (payload: EachBatchPayload, intervalMs: number, onBeat: () => void) => {
  let isLost = false;
  const timer = setInterval(() => {
    void payload
      .heartbeat()
      .catch(() => (isLost = true))
      .then(onBeat);
  }, intervalMs);
  return {
    isLost: () => isLost,
    stop: () => {
      clearInterval(timer);
    },
  };
};

/**
 * Hands messages to onBatch as they are fetched, up to a bound, and commits them once they are durable, in the generation
 * in which they were fetched. A failure pauses its partition for a while, which goes on from the first message that
 * is not durable; other partitions go on. Nothing is ever thrown into kafkajs, which would stop.
 */
export const createPartitionWork = (log: KafkaLog, options: BatchOptions) => {
  const { onBatch, maxBatchMessages, maxOutstanding, heartbeatIntervalMs } = options;
  const outstanding = createOutstanding(maxOutstanding);
  const commits = createCommits(log, options);
  const retries = createRetries(log, outstanding);
  const tenures = createTenures();
  const chunkLimits = { ...maxOutstanding, messages: Math.min(maxBatchMessages, maxOutstanding.messages) };
  const handOut = createHandOut({ onBatch, chunkLimits, outstanding, commits, retries, tenures });
  let handling = 0;
  let isClosing = false;
  let isReleased = false;

  /** Everything handed out is settled, and committed if it could be, or `limitMs` have passed: what settles later hurries nobody's commits. */
  const settled = async (limitMs: number): Promise<void> => {
    const deadline = performance.now() + limitMs;
    let isLate = false;
    await withTimeLimit(
      outstanding.until(() => isLate || outstanding.isEmpty()),
      limitMs,
      undefined,
    );
    isLate = !outstanding.isEmpty();
    if (!isLate) await withTimeLimit(commits.flush(), deadline - performance.now(), undefined);
  };

  const handle = async (payload: EachBatchPayload, membership: Membership): Promise<void> => {
    if (membership.isOver()) return;
    const tenure = tenures.at(payload, membership);
    const share = shareOf(tenure, payload.batch);
    const heart = keepBeating(payload, heartbeatIntervalMs, outstanding.wake);
    const isOurs = () => !isClosing && !tenure.isOver() && payload.isRunning() && !heart.isLost();
    const mayGoOn = () => isOurs() && !payload.isStale() && share.progress.failedAt() === undefined;
    handling += 1;
    try {
      await handOut({ payload, tenure, share, mayGoOn });
      // As long as a handler is held, kafkajs does not leave the group: the last commit comes first.
      if (isClosing) await outstanding.until(() => isReleased || heart.isLost());
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
    /** kafkajs waits for none of our handlers. */
    isIdle: () => handling === 0,
    /** Nothing more is handed out. */
    close: (): void => {
      isClosing = true;
      outstanding.wake();
    },
    idle: () => outstanding.until(outstanding.isEmpty),
    settled,
    /** Lets the handlers end that wait for the end since `close`. */
    release: (): void => {
      isReleased = true;
      outstanding.wake();
    },
  };
};

export type PartitionWork = ReturnType<typeof createPartitionWork>;
