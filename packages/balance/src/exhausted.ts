import { signOf, sumBytes } from '@tollgate/money';
import type { Amount, Sums } from '@tollgate/money';
import { balanceOf } from './account';
import { balanceBit } from './balance-set';
import type { BalanceSet } from './balance-set';
import type { Balance } from './cutoff';
import { loweredBy } from './grant';
import type { Held } from './reservation';
import type { Rule } from './rule';
import { accountAt, totalOffset, totalsBytes } from './totals';

const { inbound, outbound } = totalOffset;

/**
 * The balances of the row at `row` that cut now: in the rule, and non-positive once the credit limit is added (DESIGN 2.3). Exact:
 * limbs of sums, limits and what they add up to are safe integers, and a sum beyond limbs is compared as an amount. `held` for calls counts
 * where the rule says so.
 */
// eslint-disable-next-line max-params -- the hot path of every fold: an object for each event would be garbage
export const exhaustedAt = (totals: Sums, row: number, rule: Rule, held?: Held): BalanceSet => {
  if (rule.cutting === 0) return 0;
  if (held !== undefined && rule.cutoff.countReservations === true) return exhaustedExactly(totals, row, rule, held);
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

// eslint-disable-next-line max-params -- as `exhaustedAt`
const exhaustedExactly = (totals: Sums, row: number, { cutoff }: Rule, held?: Held): BalanceSet => {
  const account = accountAt(totals, row, { accountId: '', currency: '', cutoff });
  const heldOf = (balance: Balance): Amount => held?.reserved[loweredBy(balance, cutoff)] ?? 0n;
  return cutoff.balances.reduce(
    (set: BalanceSet, balance) =>
      balanceOf(account, balance) + cutoff.creditLimits[balance] - heldOf(balance) <= 0n
        ? set | balanceBit[balance]
        : set,
    0,
  );
};
