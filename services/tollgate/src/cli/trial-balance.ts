import { directions, isBefore } from '@tollgate/balance';
import type { Direction } from '@tollgate/balance';
import { formatAmount } from '@tollgate/money';
import type { Amount } from '@tollgate/money';
import { createFold } from '@tollgate/verify';
import type { AuditedEvent } from './audited-events';
import { createMovements, effectOf, totalNames } from './movements';
import type { Movement, TotalName } from './movements';

/** A time of recording, exclusive; or a place in the log, of which what is up to it counts. */
export type End = string | { after: bigint };

/** Which events count: from `from` on, and before `to`; what was before `from` is the opening. */
export type Period = { from?: End | undefined; to?: End | undefined };

/** Opening + payments − usage + adjustments = closing, as exact decimals. A reversal lowers what it takes back. */
export type BalanceRow = Record<'opening' | TotalName | 'closing', string> & { direction: Direction; currency: string };

export type TrialBalance = {
  events: number;
  accounts: (BalanceRow & { accountId: string })[];
  /** Of all accounts, by direction and currency. */
  totals: BalanceRow[];
  differences: string[];
};

type Sums = { opening: Amount } & Record<TotalName, Amount>;
type Account = Record<Direction, Sums> & { currency: string };

/** What an event moved; `isOpening` if that was before the period. */
export type Moved = Movement & { isOpening: boolean };

/** Sums what moved each account by kind, and compares each closing balance with that of the verifier's fold. */
export const createTrialBalance = ({ from, to }: Period) => {
  const fold = createFold();
  const accounts = new Map<string, Account>();
  const movementOf = createMovements();
  const differences: string[] = [];
  let events = 0;

  const add = (movement: Movement, accountId: string, isOpening: boolean): Moved => {
    const { total, direction, amount } = movement;
    const sums = accounts.get(accountId)?.[direction];
    if (sums === undefined) throw new RangeError(`${accountId} was never opened, or ${direction} is no direction`);
    if (isOpening) sums.opening += effectOf(movement);
    else sums[total] += amount;
    return { ...movement, isOpening };
  };

  const isOpening = (event: AuditedEvent, place: bigint): boolean => from !== undefined && isUpTo(from, event, place);
  const isCounted = (event: AuditedEvent, place: bigint): boolean => to === undefined || isUpTo(to, event, place);

  const applyTo = (accountId: string, event: AuditedEvent, place: bigint): Moved | undefined => {
    if (event.type === 'AccountOpened') accounts.set(accountId, newAccount(String(event.data['currency'])));
    const movement = movementOf(accountId, event);
    return movement && add(movement, accountId, isOpening(event, place));
  };

  return {
    /** The next event of the log, or of an account's history, and its place where ends are places; what it moved, if that counts. */
    apply: (event: AuditedEvent, place = 0n): Moved | undefined => {
      if (!isCounted(event, place)) return undefined;
      events += 1;
      if (!event.stream.startsWith(accountPrefix)) return undefined;
      const where = `${event.stream} revision ${String(event.revision)}`;
      differences.push(...fold.apply(event, events).map((what) => `${where}: ${what}`));
      try {
        return applyTo(event.stream.slice(accountPrefix.length), event, place);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        differences.push(`${where}: ${error.message}`);
        return undefined;
      }
    },
    /** Whether an event is between the ends. */
    isBetween: (event: AuditedEvent, place = 0n): boolean => isCounted(event, place) && !isOpening(event, place),
    result: (): TrialBalance => {
      const rows = [...accounts].flatMap(([accountId, account]) =>
        directions.map((direction) => ({ accountId, ...rowOf(account[direction], direction, account.currency) })),
      );
      const balances = new Map([...fold.accounts()].map((account) => [account.accountId, account.balances]));
      const wrong = rows
        .filter(({ accountId, direction, closing }) => balances.get(accountId)?.[direction] !== closing)
        .map(({ accountId, direction, closing }) => {
          const folded = balances.get(accountId)?.[direction] ?? 'nothing';
          return `${direction} of ${accountId} closes with ${closing}, and the verifier's fold has ${folded}`;
        });
      return { events, accounts: rows, totals: totalsOf(accounts.values()), differences: [...differences, ...wrong] };
    },
  };
};

const isUpTo = (end: End, { recordedAt }: AuditedEvent, place: bigint): boolean =>
  typeof end === 'string' ? isBefore(recordedAt, end) : place <= end.after;

const accountPrefix = 'account-';

const noSums = (): Sums => ({ opening: 0n, payments: 0n, usage: 0n, adjustments: 0n });
const newAccount = (currency: string): Account => ({ currency, inbound: noSums(), outbound: noSums() });

const rowOf = (
  { opening, payments, usage, adjustments }: Sums,
  direction: Direction,
  currency: string,
): BalanceRow => ({
  ...{ direction, currency, opening: formatAmount(opening) },
  ...{ payments: formatAmount(payments), usage: formatAmount(usage), adjustments: formatAmount(adjustments) },
  closing: formatAmount(opening + payments - usage + adjustments),
});

const totalsOf = (accounts: Iterable<Account>): BalanceRow[] => {
  const totals = new Map<string, Account>();
  for (const account of accounts) {
    const total = totals.get(account.currency) ?? newAccount(account.currency);
    totals.set(account.currency, total);
    for (const direction of directions)
      for (const name of ['opening', ...totalNames] as const) total[direction][name] += account[direction][name];
  }
  return [...totals.values()].flatMap((total) =>
    directions.map((direction) => rowOf(total[direction], direction, total.currency)),
  );
};
