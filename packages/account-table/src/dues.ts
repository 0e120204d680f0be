/** What is due when, by the second. */
export type Dues = {
  add(key: string, atMs: number): void;
  /** `atMs` is what it was added with. */
  remove(key: string, atMs: number): void;
  /** At most so many of what is due by then. */
  upTo(nowMs: number, most: number): string[];
  count(): number;
};

export const createDues = (): Dues => {
  const seconds = new Map<number, Map<string, number>>();
  let count = 0;
  return {
    add: (key, atMs) => {
      const second = secondOf(atMs);
      const known = seconds.get(second);
      if (known === undefined) seconds.set(second, new Map([[key, atMs]]));
      else known.set(key, atMs);
      count += 1;
    },
    remove: (key, atMs) => {
      const second = secondOf(atMs);
      const known = seconds.get(second);
      if (known?.delete(key) !== true) throw new Error(`${key} is not due at ${String(atMs)}`);
      count -= 1;
      if (known.size === 0) seconds.delete(second);
    },
    upTo: (nowMs, most) => {
      const due: string[] = [];
      for (const [second, keys] of seconds) {
        if (second > secondOf(nowMs)) continue;
        for (const [key, atMs] of keys) {
          if (due.length === most) return due;
          if (atMs <= nowMs) due.push(key);
        }
      }
      return due;
    },
    count: () => count,
  };
};

const secondOf = (ms: number): number => Math.floor(ms / 1_000);
