import { formatAmount } from './amount';
import type { Amount } from './amount';

/**
 * An amount as two numbers, exact: `high` × 10¹⁴ + `low`, in 10⁻¹⁰ of the unit, with 0 ≤ `low` < 10¹⁴ and the sign in `high`.
 * For what is added up millions of times; a sum that is shown is an `Amount`.
 */
export type Limbs = { high: number; low: number };

/** What one of `high` counts. */
export const limb = 100_000_000_000_000;

const mostWholeDigits = 18;
/** Digits before the point that belong to `low`, with the ten after it. */
const wholeDigitsInLow = 4;
const unit = 10_000_000_000;
/** What the last digit of a fraction counts, by the digits it lacks to ten; a fraction has one at least. */
const fractionScale = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000] as const;

/** Limbs of a JSON amount, signed or not (DESIGN 2.7). Throws `RangeError` on any other text, as `parseAmount` does. */
export const parseLimbs = (text: string, into: Limbs): void => {
  const first = text.charCodeAt(0) === minus ? 1 : 0;
  const point = text.indexOf('.');
  const end = point === -1 ? text.length : point;
  const whole = end - first;
  if (!isWhole(text, first, whole)) refuse(text);
  const split = whole > wholeDigitsInLow ? end - wholeDigitsInLow : first;
  const high = digits(text, first, split);
  let low = digits(text, split, end) * unit;
  if (point !== -1) {
    const scale = fractionScale[point + 11 - text.length] ?? refuse(text);
    low += digits(text, point + 1, text.length) * scale;
  }
  into.high = high;
  into.low = low;
  if (first === 1) negate(into);
};

/** Whether so many characters can be what stands before a point; that they are digits is seen when they are read. */
const isWhole = (text: string, first: number, length: number): boolean =>
  length === 1 || (length > 1 && length <= mostWholeDigits && text.charCodeAt(first) !== zero);

const minus = 45;
const zero = 48;
const nine = 57;

const digits = (text: string, from: number, to: number): number => {
  let value = 0;
  for (let index = from; index < to; index += 1) {
    const code = text.charCodeAt(index);
    if (code < zero || code > nine) refuse(text);
    value = value * 10 + (code - zero);
  }
  return value;
};

const refuse = (text: string): never => {
  throw new RangeError(`not an amount: ${JSON.stringify(text)}`);
};

export const negate = (limbs: Limbs): void => {
  if (limbs.low === 0) {
    limbs.high = 0 - limbs.high;
    return;
  }
  limbs.high = -limbs.high - 1;
  limbs.low = limb - limbs.low;
};

/** Limbs of an amount that has no more digits than one in JSON has. */
export const limbsOf = (amount: Amount): Limbs => {
  const limbs = { high: 0, low: 0 };
  parseLimbs(formatAmount(amount), limbs);
  return limbs;
};

/** Sign of `high` × 10¹⁴ + `low` for safe integers, whichever signs they have: of sums and differences of some limbs. */
export const signOf = (high: number, low: number): -1 | 0 | 1 => {
  const carry = Math.floor(low / limb);
  const whole = high + carry;
  if (whole !== 0) return whole < 0 ? -1 : 1;
  return low === carry * limb ? 0 : 1;
};
