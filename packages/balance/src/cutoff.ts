import { formatAmount, parseAmount } from '@tollgate/money';
import type { Amount } from '@tollgate/money';

export type Balance = 'inbound' | 'outbound' | 'mutual';
export const balances = ['inbound', 'outbound', 'mutual'] as const satisfies readonly Balance[];

/** How `mutual` is read; both readings and their four cases are in DESIGN 2.5. */
export type MutualFormula = 'outbound-minus-inbound' | 'inbound-minus-outbound';

/** The account's rule as its owner writes it: what is left out has its default. */
export type CutoffSetting = {
  balances: readonly Balance[];
  creditLimits?:
    { inbound?: string | undefined; outbound?: string | undefined; mutual?: string | undefined } | undefined;
  mutualFormula?: MutualFormula | undefined;
};

/** The account's rule, complete: the balances that can cut, in the order of `balances`, and limits of zero or more. */
export type Cutoff = {
  balances: readonly Balance[];
  creditLimits: Readonly<Record<Balance, Amount>>;
  mutualFormula: MutualFormula;
};

/** The complete rule. No setting is postpaid: nothing ever cuts (DESIGN 2.1). */
export const cutoffOf = (setting: CutoffSetting | undefined): Cutoff => {
  const limitOf = (balance: Balance): Amount => parseAmount(setting?.creditLimits?.[balance] ?? '0');
  return {
    balances: balances.filter((balance) => setting?.balances.includes(balance)),
    creditLimits: { inbound: limitOf('inbound'), outbound: limitOf('outbound'), mutual: limitOf('mutual') },
    mutualFormula: setting?.mutualFormula ?? 'outbound-minus-inbound',
  };
};

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

export const isSameCutoff = (one: Cutoff, other: Cutoff): boolean =>
  one.mutualFormula === other.mutualFormula &&
  balances.every(
    (balance) =>
      one.balances.includes(balance) === other.balances.includes(balance) &&
      one.creditLimits[balance] === other.creditLimits[balance],
  );
