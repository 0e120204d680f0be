import type { Price, Terms } from '@tollgate/balance';
import { parseAmount } from '@tollgate/money';
import type { Amount } from '@tollgate/money';
import { pricingOf, secondsInMinute } from './pricing';

/** What an amount can have after the point. */
export const mostFractionDigits = 10;

export const upward: Terms = { rounding: { mode: 'up', digits: mostFractionDigits } };

/**
 * What a call of so many whole seconds costs: its exact price, or the minimum if that is more, rounded here and nowhere else, once. 0 for
 * a call of 0 s.
 */
export const chargeOf = (price: Price, seconds: number, { rounding, minimumCharge }: Terms): Amount => {
  const { sixtieths, isFree } = pricingOf(price);
  if (seconds <= 0 || isFree) return 0n;
  const exact = sixtieths(seconds);
  const least = minimumCharge === undefined ? 0n : parseAmount(minimumCharge) * secondsInMinute;
  const step = stepOf(rounding.digits);
  const due = exact > least ? exact : least;
  return roundedSteps(due, step * secondsInMinute, rounding.mode) * step;
};

const steps = Array.from({ length: mostFractionDigits + 1 }, (_, digits) => 10n ** BigInt(mostFractionDigits - digits));
/** One in the last digit that is kept, as an amount. */
export const stepOf = (digits: number): bigint => {
  const step = steps[digits];
  if (step === undefined) throw new Error(`an amount cannot be rounded to ${String(digits)} digits`);
  return step;
};

const roundedSteps = (value: bigint, step: bigint, mode: Terms['rounding']['mode']): bigint => {
  const whole = value / step;
  const rest = value - whole * step;
  return whole + (isRoundedUp({ whole, twice: rest * 2n, step }, mode) ? 1n : 0n);
};

const isRoundedUp = (
  { whole, twice, step }: { whole: bigint; twice: bigint; step: bigint },
  mode: Terms['rounding']['mode'],
): boolean => {
  switch (mode) {
    case 'up':
      return twice > 0n;
    case 'down':
      return false;
    case 'half-up':
      return twice >= step;
    case 'half-even':
      return twice > step || (twice === step && whole % 2n === 1n);
  }
};
