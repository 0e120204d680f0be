import { createKeyList } from './key-list';

/**
 * Numbers in the order of the keys they stand for, for lists in pages. What was touched takes its place when somebody looks or when
 * it is told to: opening an account does not wait for it.
 */
export type SortedKeys = {
  /** The number's key may have come into the list, or gone. */
  touch(number: number): void;
  /** How many were touched and are not in their places yet. */
  waiting(): number;
  /** Puts everything in its place. */
  settle(): void;
  /** At most `limit` numbers whose keys come after `after`. */
  page(after: string | undefined, limit: number): number[];
  /** The numbers in order, but for those that wait. */
  order(): Uint32Array;
  /** Begins with an order that was read back: numbers that are not in the list are passed over. */
  restore(order: Uint32Array): void;
};

type Source = {
  keyOf(number: number): string;
  /** Whether its key is in the list now. */
  has(number: number): boolean;
};

export const createSortedKeys = ({ keyOf, has }: Source): SortedKeys => {
  const list = createKeyList(keyOf);
  let touched: number[] = [];

  const settle = (): void => {
    const news = touched;
    touched = [];
    if (news.length > list.count() / 4) list.fill(merged(list.all(), new Set(news)));
    else
      for (const number of news)
        if (has(number)) list.put(number);
        else list.takeOut(number);
  };

  /** What was settled and what was touched in one order, without what is not in the list now. */
  const merged = (settled: readonly number[], news: ReadonlySet<number>): number[] => {
    const keyed = [...news].filter(has).map((number) => ({ number, key: keyOf(number) }));
    keyed.sort((one, other) => (one.key < other.key ? -1 : 1));
    const all: number[] = [];
    let next = 0;
    const takeBelow = (key: string): void => {
      for (let one = keyed[next]; one !== undefined && one.key < key; one = keyed[next]) {
        all.push(one.number);
        next += 1;
      }
    };
    for (const number of settled) {
      if (news.has(number)) continue;
      takeBelow(keyOf(number));
      all.push(number);
    }
    for (const { number } of keyed.slice(next)) all.push(number);
    return all;
  };

  return {
    touch: (number) => {
      touched.push(number);
    },
    waiting: () => touched.length,
    settle,
    page: (after, limit) => {
      settle();
      return list.after(after, limit);
    },
    order: () => Uint32Array.from(list.all()),
    restore: (order) => {
      list.fill(Array.from(order).filter(has));
    },
  };
};
