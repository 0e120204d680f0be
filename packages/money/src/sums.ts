import type { Amount } from './amount';
import { limb } from './limbs';

/**
 * Sums in bytes, `sumBytes` each: `high` and `low` as limbs have them, little-endian. What `high` cannot hold exactly is in `tops`,
 * by the sum's offset, absent for all but the largest: a sum is exact without a bound.
 */
export type Sums = { readonly bytes: DataView; readonly tops: Map<number, number> };

export const sumBytes = 16;

/** What one of `tops` counts in `high`: three sums, their difference from three others and a limit stay safe integers. */
const top = 1_000_000_000_000_000;

/** Adds an amount, as limbs, to the sum at an offset. */
// eslint-disable-next-line max-params -- the hot path of every fold: an object for each addition would be garbage
export const addTo = (sums: Sums, at: number, high: number, low: number): void => {
  const { bytes } = sums;
  let newLow = bytes.getFloat64(at + 8, true) + low;
  let newHigh = bytes.getFloat64(at, true) + high;
  if (newLow >= limb) {
    newLow -= limb;
    newHigh += 1;
  }
  if (newHigh >= top || newHigh <= -top) newHigh = carry(sums, at, newHigh);
  bytes.setFloat64(at, newHigh, true);
  bytes.setFloat64(at + 8, newLow, true);
};

const carry = ({ tops }: Sums, at: number, high: number): number => {
  const one = high > 0 ? 1 : -1;
  const carried = (tops.get(at) ?? 0) + one;
  if (carried === 0) tops.delete(at);
  else tops.set(at, carried);
  return high - one * top;
};

const highOf = ({ bytes }: Sums, at: number): number => bytes.getFloat64(at, true);
const lowOf = ({ bytes }: Sums, at: number): number => bytes.getFloat64(at + 8, true);

/** The sum at an offset, exact. */
export const sumAt = (sums: Sums, at: number): Amount =>
  (BigInt(sums.tops.get(at) ?? 0) * topAmount + BigInt(highOf(sums, at))) * limbAmount + BigInt(lowOf(sums, at));

const topAmount = BigInt(top);
const limbAmount = BigInt(limb);
