import type { EachBatchPayload, TopicPartitionOffset } from 'kafkajs';
import { createProgress, type Progress } from './progress';

/** The consumer that fetched a batch; its right to commit ends with its group generation. */
export type Membership = { generation(): number; isOver(): boolean; seek(place: TopicPartitionOffset): void };

/** One generation of the group, as this consumer lives it. What was fetched in it is committed in it or not at all. */
export type Tenure = {
  isOver(): boolean;
  commit: EachBatchPayload['commitOffsetsIfNecessary'];
  seek: Membership['seek'];
  partitions: Map<string, PartitionShare>;
};

export type PartitionShare = { topic: string; partition: number; progress: Progress };

type Place = { topic: string; partition: number };

export const keyOf = ({ topic, partition }: Place): string => `${topic}/${String(partition)}`;

export const topicIn = (key: string): string => key.slice(0, key.lastIndexOf('/'));

export const shareOf = ({ partitions }: Tenure, { topic, partition }: Place): PartitionShare => {
  const key = keyOf({ topic, partition });
  const share = partitions.get(key) ?? { topic, partition, progress: createProgress() };
  partitions.set(key, share);
  return share;
};

const begin = (payload: EachBatchPayload, membership: Membership): Tenure => {
  const generation = membership.generation();
  return {
    isOver: () => membership.isOver() || membership.generation() !== generation,
    commit: payload.commitOffsetsIfNecessary,
    seek: membership.seek,
    partitions: new Map(),
  };
};

/** The tenures of a consumer, one after the other, and what the last one of each partition left undurable. */
export const createTenures = () => {
  const left = new Map<string, Progress>();
  let current: Tenure | undefined;
  return {
    /** The present one. A batch that comes after a change of the group begins the next. */
    at: (payload: EachBatchPayload, membership: Membership): Tenure => {
      if (current && !current.isOver()) return current;
      for (const [key, { progress }] of current?.partitions ?? [])
        if (!progress.isSettled() || progress.failedAt() !== undefined) left.set(key, progress);
      return (current = begin(payload, membership));
    },
    leftOf: (place: Place): Progress | undefined => left.get(keyOf(place)),
    forget: (place: Place): void => {
      left.delete(keyOf(place));
    },
  };
};

export type Tenures = ReturnType<typeof createTenures>;
