import { formatAmount, parseAmount } from '@tollgate/money';
import type { Amount } from '@tollgate/money';

export type Balance = 'inbound' | 'outbound' | 'mutual';
export const balances = ['inbound', 'outbound', 'mutual'] as const satisfies readonly Balance[];

/** How `mutual` is read; both readings and their four cases are in DESIGN 2.5. */
export type MutualFormula = 'outbound-minus-inbound' | 'inbound-minus-outbound';

/** What becomes of calls in progress when traffic is blocked. */
export type CallsInProgress = 'let-run' | 'cut-at-grant-end' | 'cut-now';

/** How calls are granted: so many seconds at once, and at most so many calls at a time, of both directions together. */
export type ReservationSetting = { sliceSeconds: number; maxConcurrent?: number | undefined };

/** Of a rule that does not say. */
export const usualReservation: ReservationSetting = { sliceSeconds: 300 };

/** The account's rule as its owner writes it: what is left out has its default. */
export type CutoffSetting = {
  balances: readonly Balance[];
  creditLimits?:
    { inbound?: string | undefined; outbound?: string | undefined; mutual?: string | undefined } | undefined;
  mutualFormula?: MutualFormula | undefined;
  reservation?: ReservationSetting | undefined;
  callsInProgress?: CallsInProgress | undefined;
  /** Whether what is held for calls counts as gone when a balance is judged. */
  countReservations?: boolean | undefined;
};

/** The account's rule, complete: the balances that can cut, in the order of `balances`, and limits of zero or more. */
export type Cutoff = {
  balances: readonly Balance[];
  creditLimits: Readonly<Record<Balance, Amount>>;
  mutualFormula: MutualFormula;
  /** `usualReservation` unless set. */
  reservation?: ReservationSetting;
  /** `cut-at-grant-end` unless set. */
  callsInProgress?: CallsInProgress;
  countReservations?: true;
};

/** The complete rule. No setting is postpaid: nothing ever cuts (DESIGN 2.1). */
export const cutoffOf = (setting: CutoffSetting | undefined): Cutoff => {
  const limitOf = (balance: Balance): Amount => parseAmount(setting?.creditLimits?.[balance] ?? '0');
  return {
    balances: balances.filter((balance) => setting?.balances.includes(balance)),
    creditLimits: { inbound: limitOf('inbound'), outbound: limitOf('outbound'), mutual: limitOf('mutual') },
    mutualFormula: setting?.mutualFormula ?? 'outbound-minus-inbound',
    ...callSettingsOf(setting),
  };
};

const callSettingsOf = ({ reservation, callsInProgress, countReservations }: Partial<CutoffSetting> = {}) => ({
  ...(reservation && { reservation: { ...reservation } }),
  ...(callsInProgress && { callsInProgress }),
  ...(countReservations === true && { countReservations }),
});

/** A complete rule as its owner would write it; of what is about calls, what is set. */
export const settingOf = ({ balances, creditLimits, mutualFormula, ...calls }: Cutoff) => ({
  balances: [...balances],
  creditLimits: {
    inbound: formatAmount(creditLimits.inbound),
    outbound: formatAmount(creditLimits.outbound),
    mutual: formatAmount(creditLimits.mutual),
  },
  mutualFormula,
  ...callSettingsOf(calls),
});

export const isSameCutoff = (one: Cutoff, other: Cutoff): boolean =>
  one.mutualFormula === other.mutualFormula &&
  callsKey(one) === callsKey(other) &&
  balances.every(
    (balance) =>
      one.balances.includes(balance) === other.balances.includes(balance) &&
      one.creditLimits[balance] === other.creditLimits[balance],
  );

/** What a rule says about calls, as one text. */
export const callsKey = ({ reservation, callsInProgress, countReservations }: Cutoff): string => {
  const { sliceSeconds, maxConcurrent } = reservation ?? {};
  return [sliceSeconds, maxConcurrent, callsInProgress, countReservations].join(' ');
};
