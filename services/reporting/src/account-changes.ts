import type { Client } from 'pg';
import { cutoffOf } from '@tollgate/balance';
import type { AccountOpening, Cutoff, CutoffSetting, Direction, EntryKind } from '@tollgate/balance';
import { formatAmount, parseAmount } from '@tollgate/money';
import type { Amount } from '@tollgate/money';
import { arrayText, timeText, withoutNul } from './copy-text';
import type { Value } from './copy-text';
import type { Entry } from './rows';

/** The total that an entry moves. */
const totals = {
  inbound: { payment: 'inbound_payments', usage: 'inbound_usage', adjustment: 'inbound_adjustments' },
  outbound: { payment: 'outbound_payments', usage: 'outbound_usage', adjustment: 'outbound_adjustments' },
} as const satisfies Record<Direction, Record<EntryKind, string>>;

type Total = (typeof totals)[Direction][EntryKind];

/** What some events change of one account. */
export type AccountChange = {
  opening?: AccountOpening & { openedAt: string };
  cutoff?: Cutoff;
  /** What is added to its totals. */
  added: Map<Total, Amount>;
  /** Of the last event. */
  revision: number;
};

export const noteOpening = (change: AccountChange, opening: AccountOpening, openedAt: string): void => {
  change.opening = { ...opening, openedAt };
  change.cutoff = cutoffOf(opening.cutoff);
};

export const noteRule = (change: AccountChange, setting: CutoffSetting): void => {
  change.cutoff = cutoffOf(setting);
};

/** Reversals take back from the total of the kind they reverse (DESIGN 2.8). */
export const noteEntry = (change: AccountChange, { kind, reversedKind, direction, amount }: Entry): void => {
  const moved = kind === 'reversal' ? reversedKind : kind;
  if (moved === undefined) throw new Error('a reversal names nothing that it reverses');
  const total = totals[direction][moved];
  const sum = parseAmount(amount);
  change.added.set(total, (change.added.get(total) ?? 0n) + (kind === 'reversal' ? -sum : sum));
};

/** Columns that a change sets, where it says something of them. */
const set: Record<string, { type: string; of(change: AccountChange): Value }> = {
  name: { type: 'text', of: ({ opening }) => opening?.name && withoutNul(opening.name) },
  currency: { type: 'text', of: ({ opening }) => opening?.currency },
  opened_at: { type: 'timestamptz', of: ({ opening }) => opening && timeText(opening.openedAt) },
  cutoff_balances: { type: 'text[]', of: ({ cutoff }) => cutoff && arrayText(cutoff.balances) },
  inbound_limit: { type: 'numeric', of: ({ cutoff }) => cutoff && formatAmount(cutoff.creditLimits.inbound) },
  outbound_limit: { type: 'numeric', of: ({ cutoff }) => cutoff && formatAmount(cutoff.creditLimits.outbound) },
  mutual_limit: { type: 'numeric', of: ({ cutoff }) => cutoff && formatAmount(cutoff.creditLimits.mutual) },
  mutual_formula: { type: 'text', of: ({ cutoff }) => cutoff?.mutualFormula },
};

/** Columns that a change adds to. */
const added: readonly Total[] = Object.values(totals).flatMap((ofDirection) => Object.values(ofDirection));

const columns = ['account_id', ...Object.keys(set), ...added, 'revision'];

/** Rows that are new, and rows as they stand after the change. */
const statement = `insert into tollgate.accounts (${columns.join(', ')})
select ${[
  'change.account_id',
  ...Object.entries(set).map(([column, { type }]) => `coalesce(change.${column}::${type}, account.${column})`),
  ...added.map((column) => `trim_scale(coalesce(account.${column}, 0) + change.${column}::numeric)`),
  'change.revision::integer',
].join(', ')}
from unnest(${columns.map((_, index) => `$${String(index + 1)}::text[]`).join(', ')}) as change(${columns.join(', ')})
left join tollgate.accounts as account using (account_id)
on conflict (account_id) do update set ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`;

/** A list for each column. */
const parametersOf = (changes: readonly [string, AccountChange][]): Value[][] => [
  changes.map(([accountId]) => accountId),
  ...Object.values(set).map(({ of }) => changes.map(([, change]) => of(change))),
  ...added.map((column) => changes.map(([, change]) => formatAmount(change.added.get(column) ?? 0n))),
  changes.map(([, { revision }]) => String(revision)),
];

const accountsAtOnce = 10_000;

/** The database refuses an account that was never opened. */
export const writeAccounts = async (client: Client, changes: ReadonlyMap<string, AccountChange>): Promise<void> => {
  const all = [...changes];
  for (let from = 0; from < all.length; from += accountsAtOnce)
    await client.query(statement, parametersOf(all.slice(from, from + accountsAtOnce)));
};
