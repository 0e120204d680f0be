import type { Item, Outcome } from './intent';

/** What was submitted together, and is answered together once each of its items has its outcome. */
export type Submission = {
  readonly items: readonly Item[];
  readonly outcomes: Outcome[];
  /** Items that are with the writer or have been. */
  taken: number;
  resolve(outcomes: Outcome[]): void;
  reject(error: unknown): void;
};

/** Items of one submission that the writer works on, the first of them at `start`. */
export type Share = { readonly submission: Submission; readonly start: number; readonly count: number };

/** Bounds how long one group keeps the others waiting. */
const groupItems = 500;
/** Of a group, what single requests may take where batches or Kafka wait too. */
const firstItems = 250;

/**
 * What waits for the writer. Single requests go first, so that nobody waits behind the batches of others; all else is first come
 * first served, so that messages of one partition stay in order.
 */
export const createQueue = () => {
  const singles: Submission[] = [];
  const bulk: Submission[] = [];
  let queued = 0;

  const takeFrom = (line: Submission[], room: number, shares: Share[]): number => {
    let left = room;
    let done = 0;
    for (const submission of line) {
      if (left === 0) break;
      const count = Math.min(left, submission.items.length - submission.taken);
      shares.push({ submission, start: submission.taken, count });
      submission.taken += count;
      left -= count;
      if (submission.taken === submission.items.length) done += 1;
    }
    line.splice(0, done);
    return left;
  };

  return {
    add: (items: readonly Item[]): Promise<Outcome[]> =>
      new Promise((resolve, reject) => {
        queued += items.length;
        const line = isSingle(items) ? singles : bulk;
        line.push({ items, outcomes: new Array<Outcome>(items.length), taken: 0, resolve, reject });
      }),
    /** The items of the next group; none if nothing waits. */
    take: (): Share[] => {
      const shares: Share[] = [];
      const forSingles = bulk.length === 0 ? groupItems : firstItems;
      const taken = forSingles - takeFrom(singles, forSingles, shares);
      takeFrom(bulk, groupItems - taken, shares);
      return shares;
    },
    /** Every outcome of these shares is in its place: what is complete is answered. */
    answer: (shares: readonly Share[]): void => {
      for (const { submission, start, count } of shares) {
        queued -= count;
        if (start + count === submission.items.length) submission.resolve(submission.outcomes);
      }
    },
    fail: (shares: readonly Share[], error: unknown): void => {
      for (const { submission, count } of shares) {
        queued -= count + submission.items.length - submission.taken;
        submission.taken = submission.items.length;
        submission.reject(error);
        const place = bulk.indexOf(submission);
        if (place !== -1) bulk.splice(place, 1);
      }
    },
    /** Items without an outcome. */
    size: (): number => queued,
  };
};

export type Queue = ReturnType<typeof createQueue>;

const isSingle = ([item, ...others]: readonly Item[]): boolean => {
  const channel = item?.metadata.source.channel;
  return others.length === 0 && channel !== undefined && 'http' in channel;
};
