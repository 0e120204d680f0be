import { formatAmount } from '@tollgate/money';
import type { Account, Totals } from './account';
import { cutoffOf } from './cutoff';
import type { Cutoff, CutoffSetting } from './cutoff';

/** An account as JSON can hold it, every digit kept; for state that is derived from the log and may be derived again. */
export type StoredAccount = {
  accountId: string;
  name?: string | undefined;
  currency: string;
  cutoff: CutoffSetting;
  inbound: StoredTotals;
  outbound: StoredTotals;
};

/** In 10⁻¹⁰ of the currency's unit. */
type StoredTotals = [payments: string, usage: string, adjustments: string];

export const storeAccount = ({ accountId, name, currency, cutoff, totals }: Account): StoredAccount => ({
  accountId,
  name,
  currency,
  cutoff: settingOf(cutoff),
  inbound: storeTotals(totals.inbound),
  outbound: storeTotals(totals.outbound),
});

export const restoreAccount = ({ accountId, name, currency, cutoff, inbound, outbound }: StoredAccount): Account => ({
  accountId,
  name,
  currency,
  cutoff: cutoffOf(cutoff),
  totals: { inbound: restoreTotals(inbound), outbound: restoreTotals(outbound) },
});

/** A complete rule as its owner would write it, nothing left out. */
export const settingOf = ({ balances, creditLimits, mutualFormula }: Cutoff) => ({
  balances: [...balances],
  creditLimits: {
    inbound: formatAmount(creditLimits.inbound),
    outbound: formatAmount(creditLimits.outbound),
    mutual: formatAmount(creditLimits.mutual),
  },
  mutualFormula,
});

const storeTotals = ({ payments, usage, adjustments }: Totals): StoredTotals => [
  payments.toString(),
  usage.toString(),
  adjustments.toString(),
];

const restoreTotals = ([payments, usage, adjustments]: StoredTotals): Totals => ({
  payments: BigInt(payments),
  usage: BigInt(usage),
  adjustments: BigInt(adjustments),
});
