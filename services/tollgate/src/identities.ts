import { createHash } from 'node:crypto';

/** What was added to a set, and not struck off it since: 9 bytes for each, so that a topic of many millions fits into memory. */
export type Identities = {
  /** How many there are, equal ones counted once. Nothing is added afterwards. */
  size(): number;
  add(key: string, value: string | Buffer): void;
  /** Whether it was there. */
  strike(key: string, value: string | Buffer): boolean;
  isLeft(key: string, value: string | Buffer): boolean;
  /** How many were not struck off. */
  left(): number;
};

export const createIdentities = (): Identities => {
  let added = new Float64Array(1_024);
  let count = 0;
  let sealed: { numbers: Float64Array; isStruck: Uint8Array } | undefined;

  const add = (key: string, value: string | Buffer): void => {
    if (count === added.length) {
      const wider = new Float64Array(2 * count);
      wider.set(added);
      added = wider;
    }
    added[count] = identityOf(key, value);
    count += 1;
  };
  const seal = () => {
    if (sealed === undefined) {
      const numbers = withoutDoubles(added.subarray(0, count).sort());
      sealed = { numbers, isStruck: new Uint8Array(numbers.length) };
    }
    return sealed;
  };
  return {
    add,
    size: () => seal().numbers.length,
    strike: (key, value) => {
      const { numbers, isStruck } = seal();
      const at = placeOf(numbers, identityOf(key, value));
      if (at === undefined) return false;
      isStruck[at] = 1;
      return true;
    },
    isLeft: (key, value) => {
      const { numbers, isStruck } = seal();
      const at = placeOf(numbers, identityOf(key, value));
      return at !== undefined && isStruck[at] === 0;
    },
    left: () => seal().isStruck.reduce((sum, struck) => sum + 1 - struck, 0),
  };
};

/** 53 bits of the SHA-256 of both: what a number holds exactly. */
const identityOf = (key: string, value: string | Buffer): number => {
  const hash = createHash('sha256')
    .update(`${String(key.length)} ${key}`)
    .update(value)
    .digest();
  return hash.readUIntBE(0, 6) * 32 + (hash.readUInt8(6) >> 3);
};

/** Of sorted numbers, in the same memory. */
const withoutDoubles = (numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
  let kept = 0;
  for (const number of numbers)
    if (kept === 0 || numbers[kept - 1] !== number) {
      numbers[kept] = number;
      kept += 1;
    }
  return numbers.subarray(0, kept);
};

const placeOf = (numbers: Float64Array, wanted: number): number | undefined => {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? Infinity) < wanted) low = middle + 1;
    else high = middle;
  }
  return numbers[low] === wanted ? low : undefined;
};
