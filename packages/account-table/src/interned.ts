/** Values that many accounts share, each kept once under a number for as long as an account has it. */
export type Interned<Value> = {
  /** The number of a value, which one more account has now, or so many more. */
  take(value: Value, accounts?: number): number;
  release(number: number): void;
  at(number: number): Value;
};

export const createInterned = <Value>(keyOf: (value: Value) => string): Interned<Value> => {
  const values: (Value | undefined)[] = [];
  const counts: number[] = [];
  const numbers = new Map<string, number>();
  const free: number[] = [];
  return {
    take: (value, accounts = 1) => {
      const key = keyOf(value);
      const known = numbers.get(key);
      if (known !== undefined) {
        counts[known] = (counts[known] ?? 0) + accounts;
        return known;
      }
      const number = free.pop() ?? values.length;
      values[number] = value;
      counts[number] = accounts;
      numbers.set(key, number);
      return number;
    },
    release: (number) => {
      const left = (counts[number] ?? 0) - 1;
      counts[number] = left;
      const value = values[number];
      if (left > 0 || value === undefined) return;
      numbers.delete(keyOf(value));
      values[number] = undefined;
      free.push(number);
    },
    at: (number) => {
      const value = values[number];
      if (value === undefined) throw new Error(`nothing is kept under ${String(number)}`);
      return value;
    },
  };
};
