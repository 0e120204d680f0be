import Decimal from 'decimal.js';
import type { Price } from '@tollgate/balance';
import { parseAmount } from '@tollgate/money';
import type { Amount } from '@tollgate/money';
import { Exact, pricingOf } from './pricing';

/** How an amount that has more digits than a partner is charged with becomes one that has not. Amounts are never below zero. */
const modes = {
  up: Decimal.ROUND_UP,
  down: Decimal.ROUND_DOWN,
  'half-up': Decimal.ROUND_HALF_UP,
  'half-even': Decimal.ROUND_HALF_EVEN,
} as const satisfies Record<string, Decimal.Rounding>;
export type RoundingMode = keyof typeof modes;
export const roundingModes = Object.keys(modes) as RoundingMode[];

/** What an amount can have after the point. */
export const mostFractionDigits = 10;

/** What a partner is charged by beside the price. */
export type Terms = {
  rounding: { mode: RoundingMode; digits: number };
  /** Of a call that took place and is not free, before rounding; a decimal text. */
  minimumCharge?: string | undefined;
};

export const upward: Terms = { rounding: { mode: 'up', digits: mostFractionDigits } };

/**
 * What a call of so many whole seconds costs: its exact price, or the minimum if that is more, rounded here and nowhere else, once. 0 for
 * a call of 0 s.
 */
export const chargeOf = (price: Price, seconds: number, { rounding, minimumCharge }: Terms): Amount => {
  const { exactPrice, isFree } = pricingOf(price);
  if (seconds <= 0 || isFree) return 0n;
  const exact = exactPrice(seconds);
  const due = minimumCharge === undefined ? exact : Exact.max(exact, minimumCharge);
  return parseAmount(due.toDecimalPlaces(rounding.digits, modes[rounding.mode]).toFixed());
};
