import { balances, directions } from '@tollgate/balance';
import type { Balance, MutualFormula } from '@tollgate/balance';
import type { AccountView } from '@tollgate/contracts';
import { printable, tableLines } from './terminal-text';

export const mutualFormulaTexts = {
  'outbound-minus-inbound': 'outbound − inbound',
  'inbound-minus-outbound': 'inbound − outbound',
} as const satisfies Record<MutualFormula, string>;

/** Mutual means nothing without its formula (DESIGN 2.5). */
const balanceName = (balance: Balance, formula: MutualFormula): string =>
  balance === 'mutual' ? `mutual (${mutualFormulaTexts[formula]})` : balance;

/** Traffic an exhausted balance stops, as a reader is told (DESIGN 2.2). */
const guarded = { inbound: 'inbound traffic', outbound: 'outbound traffic', mutual: 'inbound traffic' } as const;

/** One account, for a person: balances, totals, rule and traffic. */
export const accountText = (account: AccountView): string =>
  [
    `Account ${account.accountId}${account.name === undefined ? '' : ` (${printable(account.name)})`}, ${account.currency}`,
    '',
    ...balanceLines(account),
    '',
    ...totalLines(account),
    '',
    ...trafficLines(account),
    ...callLines(account),
    '',
    `Revision ${String(account.revision)}, position ${account.position}`,
    ...pastLines(account),
  ].join('\n');

const pastLines = ({ asOf }: AccountView): string[] => {
  if (asOf === undefined) return [];
  const { occurredBefore, recordedBefore, atPosition } = asOf;
  const ends = [
    ...(occurredBefore === undefined ? [] : [`what had happened before ${occurredBefore}`]),
    ...(recordedBefore === undefined ? [] : [`what was recorded before ${recordedBefore}`]),
    ...(atPosition === undefined ? [] : [`the log up to position ${atPosition}`]),
  ];
  return [`As it was by ${ends.join(' and ')}`];
};

const balanceLines = ({ balances: amounts, cutoff }: AccountView): string[] => [
  ...tableLines(
    [
      { title: 'Balance' },
      { title: 'amount', align: 'right' },
      { title: 'credit limit', align: 'right' },
      { title: 'exhausted, it blocks' },
    ],
    balances.map((balance) => [
      balanceName(balance, cutoff.mutualFormula),
      amounts[balance],
      cutoff.creditLimits[balance],
      cutoff.balances.includes(balance) ? guarded[balance] : '–',
    ]),
  ),
  ...(cutoff.balances.length === 0 ? ['No balance cuts traffic: postpaid.'] : []),
];

const totalLines = ({ totals }: AccountView): string[] =>
  tableLines(
    [
      { title: 'Total' },
      { title: 'payments', align: 'right' },
      { title: 'usage', align: 'right' },
      { title: 'adjustments', align: 'right' },
    ],
    directions.map((direction) => {
      const { payments, usage, adjustments } = totals[direction];
      return [direction, payments, usage, adjustments];
    }),
  );

const trafficLines = ({ traffic }: AccountView): string[] =>
  tableLines(
    [{ title: 'Traffic' }, { title: 'state' }],
    directions.map((direction) => {
      const { state, since, sequence } = traffic[direction];
      const by = since === undefined ? '' : ` since ${since}, command ${String(sequence)}`;
      return [direction, `${state}${by}`];
    }),
  );

/** What is held for calls, and what the rule says of them; nothing where there is neither. */
const callLines = ({ exposure, cutoff }: AccountView): string[] => {
  const { reservation, callsInProgress, countReservations } = cutoff;
  const rule = [
    ...(reservation ? [`slices of ${String(reservation.sliceSeconds)} s`] : []),
    ...(reservation?.maxConcurrent === undefined ? [] : [`at most ${String(reservation.maxConcurrent)} at a time`]),
    ...(callsInProgress ? [`blocked: ${callsInProgress}`] : []),
    ...(countReservations ? ['what is held counts as gone'] : []),
  ];
  return [
    ...(exposure ? ['', ...exposureLines(exposure)] : []),
    ...(rule.length > 0 ? ['', `Calls: ${rule.join(', ')}`] : []),
  ];
};

const exposureLines = ({ reserved, calls, unsettled }: NonNullable<AccountView['exposure']>): string[] => [
  ...tableLines(
    [{ title: 'Calls' }, { title: 'in progress', align: 'right' }, { title: 'held', align: 'right' }],
    directions.map((direction) => [direction, String(calls[direction]), reserved[direction]]),
  ),
  ...(unsettled === 0
    ? []
    : [`${String(unsettled)} have ended and wait for their usage: tollgate authorizations list`]),
];

/** Accounts as a table, a line each. */
export const accountsText = (accounts: readonly AccountView[]): string =>
  tableLines(
    [
      { title: 'Account' },
      { title: 'name' },
      { title: 'currency' },
      { title: 'inbound', align: 'right' },
      { title: 'outbound', align: 'right' },
      { title: 'mutual', align: 'right' },
      { title: 'mutual is' },
      { title: 'cut by' },
      { title: 'blocked' },
    ],
    accounts.map(accountRow),
  ).join('\n');

const accountRow = ({ accountId, name, currency, balances: amounts, cutoff, traffic }: AccountView): string[] => [
  accountId,
  name ?? '',
  currency,
  amounts.inbound,
  amounts.outbound,
  amounts.mutual,
  mutualFormulaTexts[cutoff.mutualFormula],
  cutoff.balances.join(', ') || 'none',
  directions.filter((direction) => traffic[direction].state === 'blocked').join(', ') || 'no',
];
