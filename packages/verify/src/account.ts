import type { Decimal } from 'decimal.js';
import { heldOf } from './calls';
import type { Calls } from './calls';
import type { Direction, Event } from './event';
import { Exact, balanceNames, guarded } from './rule';
import { noStatements } from './statement';
import type { Statements } from './statement';
import type { Balance, Rule } from './rule';

/** A change of an account's traffic that must have been decided. */
export type Edge = {
  type: 'TrafficBlocked' | 'TrafficUnblocked';
  direction: Direction;
  exhausted: Balance[];
  balances: Record<Balance, string>;
  /** Of a block. */
  callsInProgress: unknown;
  cause: Event;
  line: number;
};

/** One partner, as the lines say. */
export type Account = {
  accountId: string;
  currency: string;
  rule: Rule;
  sums: Record<Direction, Decimal>;
  blocked: Record<Direction, boolean>;
  calls: Calls;
  statements: Statements;
  /** Edges that are not decided yet, in order. */
  due: Edge[];
};

export const newAccount = (accountId: string, currency: string, rule: Rule): Account => ({
  accountId,
  currency,
  rule,
  sums: { inbound: new Exact(0), outbound: new Exact(0) },
  blocked: { inbound: false, outbound: false },
  calls: new Map(),
  statements: noStatements(),
  due: [],
});

const balanceOf = ({ rule, sums }: Account, balance: Balance): Decimal => {
  if (balance !== 'mutual') return sums[balance];
  return rule.isNetCredit ? sums.inbound.minus(sums.outbound) : sums.outbound.minus(sums.inbound);
};

/** All three, in their shortest exact form. */
export const balancesOf = (account: Account): Record<Balance, string> => ({
  inbound: balanceOf(account, 'inbound').toFixed(),
  outbound: balanceOf(account, 'outbound').toFixed(),
  mutual: balanceOf(account, 'mutual').toFixed(),
});

const availableOf = (account: Account, balance: Balance): Decimal =>
  balanceOf(account, balance).plus(account.rule.limits[balance]);

/** What is held for calls is gone, where the rule says so. */
const judgedOf = (account: Account, balance: Balance): Decimal => {
  const { rule, calls } = account;
  const available = availableOf(account, balance);
  return rule.countsReservations ? available.minus(heldOf(calls, balance, rule)) : available;
};

/** A direction is blocked while a balance that guards it is not positive once its limit is added; inbound turns first. */
export const judge = (account: Account, cause: Event, line: number): void => {
  const exhausted = balanceNames.filter(
    (name) => account.rule.balances.includes(name) && judgedOf(account, name).lte(0),
  );
  for (const direction of ['inbound', 'outbound'] as const) {
    const blockers = exhausted.filter((name) => guarded[name] === direction);
    const isBlocked = blockers.length > 0;
    if (isBlocked === account.blocked[direction]) continue;
    account.blocked[direction] = isBlocked;
    const type = isBlocked ? 'TrafficBlocked' : 'TrafficUnblocked';
    // A block that only what is held causes cuts nobody.
    const isSpent = blockers.some((name) => availableOf(account, name).lte(0));
    const callsInProgress = !isBlocked ? undefined : isSpent ? account.rule.callsInProgress : 'let-run';
    const balances = balancesOf(account);
    account.due.push({ type, direction, exhausted: blockers, balances, callsInProgress, cause, line });
  }
};
