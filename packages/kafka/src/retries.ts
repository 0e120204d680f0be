import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { EachBatchPayload } from 'kafkajs';
import { describe } from './errors';
import type { KafkaLog } from './logging';
import type { Outstanding } from './outstanding';
import { keyOf, type PartitionShare, type Tenure } from './tenure';

type Failed = { payload: Pick<EachBatchPayload, 'pause'>; tenure: Tenure; share: PartitionShare };

const retryBackoff = { firstMs: 100, limitMs: 5_000 };

/** Pauses a partition whose messages failed, longer each time, and resumes it at the first message that is not durable. */
export const createRetries = (log: KafkaLog, outstanding: Outstanding) => {
  const failures = new Map<string, number>();

  const resumeLater = async ({ payload, tenure, share }: Failed, retryInMs: number): Promise<void> => {
    const { topic, partition, progress } = share;
    const resume = payload.pause();
    await sleep(retryInMs, undefined, { ref: false });
    await outstanding.until(progress.isSettled);
    const offset = progress.failedAt();
    // A later generation starts from what is committed anyway.
    if (offset !== undefined && !tenure.isOver()) {
      tenure.seek({ topic, partition, offset });
      progress.startAgain();
    }
    resume();
  };

  return {
    failed: (failed: Failed, error: unknown): void => {
      const { topic, partition, progress } = failed.share;
      const key = keyOf(failed.share);
      const attempt = failures.get(key) ?? 0;
      failures.set(key, attempt + 1);
      const retryInMs = backoffMs(attempt, retryBackoff);
      log.error(
        { topic, partition, offset: progress.failedAt(), error: describe(error), retryInMs },
        'Handling Kafka messages failed; trying again',
      );
      if (!failed.tenure.isOver()) void resumeLater(failed, retryInMs);
    },
    succeeded: (share: PartitionShare): void => {
      failures.delete(keyOf(share));
    },
  };
};

export type Retries = ReturnType<typeof createRetries>;
