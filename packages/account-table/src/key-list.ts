/** Numbers in the order of their keys, in chunks: one is put in or taken out without moving most others. */
export type KeyList = {
  count(): number;
  /** Puts a number where its key belongs; nothing changes if it is there. */
  put(number: number): void;
  /** Takes a number out, if it is there. */
  takeOut(number: number): void;
  /** At most `limit` numbers whose keys come after `after`. */
  after(after: string | undefined, limit: number): number[];
  all(): number[];
  /** Begins anew with numbers that are in order. */
  fill(numbers: readonly number[]): void;
};

const chunkNumbers = 512;

export const createKeyList = (keyOf: (number: number) => string): KeyList => {
  /** Ascending, none empty, at most `chunkNumbers` in each. */
  let chunks: number[][] = [];
  let count = 0;

  /** Where a key is, or would be: of the last chunk, its end, if it comes after all. */
  const find = (key: string): { at: number; index: number; number: number | undefined } => {
    const found = lowest(chunks.length, (at) => isBelow(chunks[at]?.at(-1), key));
    const at = Math.min(found, Math.max(0, chunks.length - 1));
    const chunk = chunks[at] ?? [];
    const index = lowest(chunk.length, (middle) => isBelow(chunk[middle], key));
    return { at, index, number: chunk[index] };
  };
  const isBelow = (number: number | undefined, key: string): boolean => number !== undefined && keyOf(number) < key;

  /** Keys often come in order: then the chunk left behind stays full. */
  const split = (at: number, chunk: number[]): void => {
    const kept = at === chunks.length - 1 ? chunkNumbers : chunkNumbers >>> 1;
    chunks.splice(at + 1, 0, chunk.splice(kept));
  };

  return {
    count: () => count,
    put: (number) => {
      const { at, index, number: there } = find(keyOf(number));
      if (there === number) return;
      count += 1;
      const chunk = chunks[at];
      if (chunk === undefined) {
        chunks.push([number]);
        return;
      }
      chunk.splice(index, 0, number);
      if (chunk.length > chunkNumbers) split(at, chunk);
    },
    takeOut: (number) => {
      const { at, index, number: there } = find(keyOf(number));
      if (there !== number) return;
      count -= 1;
      const chunk = chunks[at];
      chunk?.splice(index, 1);
      if (chunk?.length === 0) chunks.splice(at, 1);
    },
    after: (after, limit) => {
      const numbers: number[] = [];
      const found = after === undefined ? undefined : find(after);
      let { at, index } = found ?? { at: 0, index: 0 };
      if (found?.number !== undefined && keyOf(found.number) === after) index += 1;
      for (; at < chunks.length && numbers.length < limit; at += 1) {
        numbers.push(...(chunks[at]?.slice(index, index + limit - numbers.length) ?? []));
        index = 0;
      }
      return numbers;
    },
    all: () => chunks.flat(),
    fill: (numbers) => {
      chunks = [];
      ({ length: count } = numbers);
      for (let from = 0; from < count; from += chunkNumbers) chunks.push(numbers.slice(from, from + chunkNumbers));
    },
  };
};

/** The first of `length` places that is not below, where those below come first. */
const lowest = (length: number, isBelow: (place: number) => boolean): number => {
  let from = 0;
  let to = length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (isBelow(middle)) from = middle + 1;
    else to = middle;
  }
  return from;
};
