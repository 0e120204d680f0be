import type { Item, Outcome } from './intent';

/** What was submitted together, and is answered together once each of its items has its outcome. */
export type Submission = {
  readonly items: readonly Item[];
  readonly outcomes: Outcome[];
  /** Items that are with the writer or have been. */
  taken: number;
  /** When it came, by `performance.now()`. */
  readonly sinceMs: number;
  resolve(outcomes: Outcome[]): void;
  reject(error: unknown): void;
};

/** Items of one submission that the writer works on, the first of them at `start`. */
export type Share = { readonly submission: Submission; readonly start: number; readonly count: number };

/** Bounds how long one group keeps the others waiting: some ten milliseconds, of which the disk takes one. */
const groupItems = 2_000;
/** Of a group, what single requests may take where batches or Kafka wait too, and what those may take then. */
const sharedItems = 250;

/**
 * What waits for the writer. Single requests go first, so that nobody waits behind the batches of others; all else is first come
 * first served, so that messages of one partition stay in order.
 */
export const createQueue = () => {
  const singles: Submission[] = [];
  const bulk: Submission[] = [];
  /** Of the group that the writer has. */
  let underWay: readonly Share[] = [];
  let queued = 0;

  /** Nothing more of it is taken. */
  const drop = (submission: Submission, error: unknown): void => {
    queued -= submission.items.length - submission.taken;
    submission.taken = submission.items.length;
    for (const line of [singles, bulk]) {
      const place = line.indexOf(submission);
      if (place !== -1) line.splice(place, 1);
    }
    submission.reject(error);
  };

  return {
    add: (items: readonly Item[]): Promise<Outcome[]> =>
      new Promise((resolve, reject) => {
        queued += items.length;
        const sinceMs = performance.now();
        const submission = { items, outcomes: new Array<Outcome>(items.length), taken: 0, sinceMs, resolve, reject };
        (isSingle(items) ? singles : bulk).push(submission);
      }),
    /** The items of the next group; none if nothing waits. */
    take: (): Share[] => {
      const shares: Share[] = [];
      if (bulk.length === 0) takeFrom(singles, groupItems, shares);
      else {
        takeFrom(singles, sharedItems, shares);
        takeFrom(bulk, shares.length === 0 ? groupItems : sharedItems, shares);
      }
      underWay = shares;
      return shares;
    },
    /** Every outcome of these shares is in its place: what is complete is answered. */
    answer: (shares: readonly Share[]): void => {
      for (const { submission, start, count } of shares) {
        queued -= count;
        if (start + count < submission.items.length) continue;
        submission.resolve(submission.outcomes);
      }
    },
    fail: (shares: readonly Share[], error: unknown): void => {
      for (const { submission, count } of shares) {
        queued -= count;
        drop(submission, error);
      }
    },
    /** Fails what came over HTTP before then and has no answer; what the writer has of it may still be recorded. */
    failOlder: (sinceMs: number, error: unknown): void => {
      // Of those that were answered there is nothing to drop.
      const all = [...underWay.map(({ submission }) => submission), ...singles, ...bulk];
      for (const submission of all)
        if (submission.sinceMs <= sinceMs && isOverHttp(submission.items)) drop(submission, error);
    },
    /** Items without an outcome. */
    size: (): number => queued,
  };
};

const takeFrom = (line: Submission[], room: number, shares: Share[]): void => {
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
};

export type Queue = ReturnType<typeof createQueue>;

const isSingle = (items: readonly Item[]): boolean => items.length === 1 && isOverHttp(items);

const isOverHttp = ([item]: readonly Item[]): boolean => {
  const channel = item?.metadata.source.channel;
  return channel !== undefined && 'http' in channel;
};
