/** What was committed last of a partition: the offset of the next message, and what was kept with it. */
export type Commit = { offset: string; note: string | undefined };

/** Messages of a partition that cannot be read any more and that the group has not read. */
export type LostRange = {
  topic: string;
  partition: number;
  /** What was committed last. */
  from: string;
  /** Where reading goes on: at the first message that the partition holds. */
  to: string;
  /** `deleted`: what was next is not held any more. `recreated`: the partition ends before it, so it is another one or has lost its end. */
  why: 'deleted' | 'recreated';
  /** What was kept with that commit. */
  note: string | undefined;
};

type Place = { topic: string; partition: number; low: string; high: string };

/** A loss, if the commit lies outside what the partition holds. */
export const lossOf = ({ topic, partition, low, high }: Place, { offset, note }: Commit): LostRange | undefined => {
  const isBefore = BigInt(offset) < BigInt(low);
  if (!isBefore && BigInt(offset) <= BigInt(high)) return undefined;
  return { topic, partition, from: offset, to: low, why: isBefore ? 'deleted' : 'recreated', note };
};
