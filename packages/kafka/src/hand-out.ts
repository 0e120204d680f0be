import type { EachBatchPayload } from 'kafkajs';
import { chunksOf, type Chunk, type ReceivedMessage } from './chunks';
import type { Commits } from './commits';
import type { Load, Outstanding } from './outstanding';
import type { Retries } from './retries';
import type { PartitionShare, Tenure, Tenures } from './tenure';

/** A batch of one partition, and whether it may still be handed out. */
export type Handling = { payload: EachBatchPayload; tenure: Tenure; share: PartitionShare; mayGoOn: () => boolean };

type Parts = {
  onBatch: (messages: ReceivedMessage[]) => Promise<void>;
  chunkLimits: Load;
  outstanding: Outstanding;
  commits: Commits;
  retries: Retries;
  tenures: Tenures;
};

/** Gives a batch to onBatch, as far as it may go on; kafkajs then fetches what is behind it. */
export const createHandOut = ({ onBatch, chunkLimits, outstanding, commits, retries, tenures }: Parts) => {
  /** Of a handler that throws instead of rejecting, the failure is known when this returns. */
  const give = async (handling: Handling, { received, span, load }: Chunk): Promise<void> => {
    const { tenure, share } = handling;
    const { progress } = share;
    const held = progress.handOut(span);
    outstanding.add(load);
    try {
      await onBatch(received);
      if (progress.markDurable(held)) retries.succeeded(share);
      commits.commit(tenure);
    } catch (error) {
      const isFirst = progress.failedAt() === undefined;
      progress.markFailed(held);
      if (isFirst && progress.failedAt() !== undefined) retries.failed(handling, error);
    } finally {
      outstanding.remove(load);
    }
  };

  /**
   * Waits for what an earlier generation handed out of this partition. kafkajs may come with a batch that it fetched in
   * that generation, behind a message that failed: then it is sent back to that message.
   */
  const isInOrder = async ({ payload, tenure, share, mayGoOn }: Handling): Promise<boolean> => {
    const left = tenures.leftOf(share);
    if (left === undefined) return true;
    await outstanding.until(() => left.isSettled() || !mayGoOn());
    if (!mayGoOn()) return false;
    tenures.forget(share);
    const offset = left.failedAt();
    const first = payload.batch.messages[0]?.offset;
    if (offset === undefined || first === undefined || BigInt(first) <= BigInt(offset)) return true;
    tenure.seek({ topic: share.topic, partition: share.partition, offset });
    return false;
  };

  return async (handling: Handling): Promise<void> => {
    const { payload, share, mayGoOn } = handling;
    if (!(await isInOrder(handling))) return;
    for (const chunk of chunksOf(payload.batch, chunkLimits)) {
      while (mayGoOn() && !outstanding.hasRoomFor(chunk.load)) await outstanding.changed();
      if (!mayGoOn()) return;
      void give(handling, chunk);
      if (share.progress.failedAt() !== undefined) return;
      const last = chunk.received.at(-1);
      if (last) payload.resolveOffset(last.offset);
    }
  };
};
