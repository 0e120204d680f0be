import { signOf, sumBytes } from '@tollgate/money';
import type { Sums } from '@tollgate/money';
import { balanceOf } from './account';
import { balanceBit } from './balance-set';
import type { BalanceSet } from './balance-set';
import type { Balance } from './cutoff';
import type { Rule } from './rule';
import { accountAt, totalOffset, totalsBytes } from './totals';

const { inbound, outbound } = totalOffset;

/**
 * The balances of the row at `row` that cut now: in the rule, and non-positive once the credit limit is added (DESIGN 2.3). Exact:
 * limbs of sums, limits and what they add up to are safe integers, and a sum beyond limbs is compared as an amount.
 */
export const exhaustedAt = (totals: Sums, row: number, rule: Rule): BalanceSet => {
  if (rule.cutting === 0) return 0;
  if (totals.tops.size > 0 && isBeyondLimbs(totals, row)) return exhaustedExactly(totals, row, rule);
  const { bytes } = totals;
  const inHigh = directionLimb(bytes, row + inbound.payment);
  const inLow = directionLimb(bytes, row + inbound.payment + lowOffset);
  const outHigh = directionLimb(bytes, row + outbound.payment);
  const outLow = directionLimb(bytes, row + outbound.payment + lowOffset);
  const sign = rule.isNetCredit ? -1 : 1;
  return (
    cut(rule, 'inbound', inHigh, inLow) |
    cut(rule, 'outbound', outHigh, outLow) |
    cut(rule, 'mutual', sign * (outHigh - inHigh), sign * (outLow - inLow))
  );
};

const lowOffset = 8;

/** Payments − usage + adjustments, of the high limbs or of the low ones. */
const directionLimb = (bytes: DataView, payments: number): number =>
  bytes.getFloat64(payments, true) -
  bytes.getFloat64(payments + inbound.usage, true) +
  bytes.getFloat64(payments + inbound.adjustment, true);

// eslint-disable-next-line max-params -- the hot path of every fold: an object for each balance would be garbage
const cut = (rule: Rule, balance: Balance, high: number, low: number): BalanceSet => {
  const bit = balanceBit[balance];
  if ((rule.cutting & bit) === 0) return 0;
  const limit = rule.limits[balance];
  return signOf(high + limit.high, low + limit.low) > 0 ? 0 : bit;
};

const isBeyondLimbs = ({ tops }: Sums, row: number): boolean => {
  for (let at = row; at < row + totalsBytes; at += sumBytes) if (tops.has(at)) return true;
  return false;
};

const exhaustedExactly = (totals: Sums, row: number, { cutoff }: Rule): BalanceSet => {
  const account = accountAt(totals, row, { accountId: '', currency: '', cutoff });
  return cutoff.balances.reduce(
    (set: BalanceSet, balance) =>
      balanceOf(account, balance) + cutoff.creditLimits[balance] <= 0n ? set | balanceBit[balance] : set,
    0,
  );
};
