/**
 * Numbers in the order of the keys they stand for, for lists in pages. What was touched takes its place when somebody looks, or when
 * much was touched: opening an account does not wait for it.
 */
export type SortedKeys = {
  /** The number's key may have come into the list, or gone. */
  touch(number: number): void;
  /** At most `limit` numbers whose keys come after `after`. */
  page(after: string | undefined, limit: number): number[];
  /** How many were touched and are not in their places yet. */
  waiting(): number;
  /** Puts everything in its place. */
  settle(): void;
  /** The numbers in order, those that were touched since they were settled left out. */
  order(): Uint32Array;
  /** Begins with an order that was read back: numbers that are not in the list are passed over. */
  restore(order: Uint32Array): void;
};

type Source = {
  keyOf(number: number): string;
  /** Whether its key is in the list now. */
  has(number: number): boolean;
};

const chunkNumbers = 512;

export const createSortedKeys = ({ keyOf, has }: Source): SortedKeys => {
  /** Ascending, none empty, at most `chunkNumbers` in each. */
  let chunks: number[][] = [];
  let count = 0;
  let touched: number[] = [];

  /** Of the first number whose key is not below `key`. */
  const chunkFor = (key: string): number => {
    let from = 0;
    let to = chunks.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const last = chunks[middle]?.at(-1);
      if (last !== undefined && keyOf(last) < key) from = middle + 1;
      else to = middle;
    }
    return from;
  };

  const indexIn = (chunk: readonly number[], key: string): number => {
    let from = 0;
    let to = chunk.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const number = chunk[middle];
      if (number !== undefined && keyOf(number) < key) from = middle + 1;
      else to = middle;
    }
    return from;
  };

  const put = (number: number): void => {
    const key = keyOf(number);
    const at = chunkFor(key);
    const chunk = chunks[at];
    const index = chunk === undefined ? 0 : indexIn(chunk, key);
    const isIn = chunk?.[index] === number;
    if (isIn === has(number)) return;
    count += isIn ? -1 : 1;
    if (isIn) takeOut(at, index);
    else putIn(at, index, number);
  };

  const takeOut = (at: number, index: number): void => {
    const chunk = chunks[at];
    chunk?.splice(index, 1);
    if (chunk?.length === 0) chunks.splice(at, 1);
  };

  const putIn = (at: number, index: number, number: number): void => {
    const chunk = chunks[at] ?? chunks.at(-1);
    if (chunk === undefined) {
      chunks.push([number]);
      return;
    }
    chunk.splice(chunks[at] === undefined ? chunk.length : index, 0, number);
    if (chunk.length <= chunkNumbers) return;
    const isLast = chunk === chunks.at(-1);
    // Keys often come in order: then the chunk left behind stays full.
    const upper = chunk.splice(isLast ? chunkNumbers - 1 : chunkNumbers >>> 1);
    chunks.splice((chunks[at] === undefined ? chunks.length - 1 : at) + 1, 0, upper);
  };

  const settle = (): void => {
    const news = touched;
    touched = [];
    if (news.length < count / 4 + chunkNumbers) for (const number of news) put(number);
    else rebuild(merge(chunks.flat(), news));
  };

  const rebuild = (numbers: readonly number[]): void => {
    chunks = [];
    count = numbers.length;
    for (let from = 0; from < count; from += chunkNumbers) chunks.push(numbers.slice(from, from + chunkNumbers));
  };

  /** Both in one order, each number once, without what is not in the list. */
  const merge = (settled: readonly number[], news: readonly number[]): number[] => {
    const fresh = new Set(news);
    const keyed = [...fresh].filter(has).map((number) => ({ number, key: keyOf(number) }));
    keyed.sort((one, other) => (one.key < other.key ? -1 : 1));
    const merged: number[] = [];
    let next = 0;
    for (const number of settled) {
      if (fresh.has(number)) continue;
      const key = keyOf(number);
      for (let before = keyed[next]; before !== undefined && before.key < key; before = keyed[next]) {
        merged.push(before.number);
        next += 1;
      }
      merged.push(number);
    }
    for (; next < keyed.length; next += 1) merged.push(keyed[next]?.number ?? 0);
    return merged;
  };

  return {
    touch: (number) => {
      touched.push(number);
    },
    page: (after, limit) => {
      settle();
      const numbers: number[] = [];
      const first = after === undefined ? 0 : chunkFor(after);
      for (let at = first; at < chunks.length && numbers.length < limit; at += 1)
        for (const number of chunks[at] ?? []) {
          if (numbers.length === limit) break;
          if (after === undefined || at > first || keyOf(number) > after) numbers.push(number);
        }
      return numbers;
    },
    waiting: () => touched.length,
    settle,
    order: () => Uint32Array.from(chunks.flat()),
    restore: (order) => {
      rebuild(Array.from(order).filter(has));
    },
  };
};
