import { addTo } from '@tollgate/money';
import type { Sums } from '@tollgate/money';
import type { AccountEvent } from './account-event';
import type { Account } from './account';
import { countHeld, nothingHeld, reservationAfter, reservationIdOf } from './reservation';
import type { Held, Reservation } from './reservation';
import { ruleAfter } from './rule';
import type { Rule } from './rule';
import { accountAt, movementOf, totalsBytes } from './totals';
import type { Movement } from './totals';

/** An account as a writer sees it in a group in the making: a copy, which moves on with what the group will record. */
export type Standing = {
  readonly totals: Sums;
  readonly held: Held;
  rule: Rule | undefined;
  reservation(authorizationId: string): Reservation | undefined;
  /** Takes in one more event of the account's stream. */
  add(event: AccountEvent): void;
  account(about: { accountId: string; currency: string }): Account;
};

/** What a table has of an account. */
export type Kept = {
  totals: Sums;
  /** Absent if nothing is held. */
  held: Held | undefined;
  rule: Rule;
  reservation(authorizationId: string): Reservation | undefined;
};

/** Begins with what is kept, of which it takes a copy, or with an account that is not open yet. */
export const standingOf = (kept?: Kept): Standing => {
  const totals = kept?.totals ?? { bytes: new DataView(new ArrayBuffer(totalsBytes)), tops: new Map() };
  const changed = new Map<string, Reservation | undefined>();
  const movement: Movement = { total: 0, high: 0, low: 0 };

  const reservation = (authorizationId: string): Reservation | undefined =>
    changed.has(authorizationId) ? changed.get(authorizationId) : kept?.reservation(authorizationId);

  const standing: Standing = {
    totals,
    held: kept?.held ?? nothingHeld(),
    rule: kept?.rule,
    reservation,
    add: (event) => {
      standing.rule = ruleAfter(standing.rule, event);
      if (movementOf(event, movement)) addTo(totals, movement.total, movement.high, movement.low);
      const id = reservationIdOf(event);
      if (id === undefined) return;
      const before = reservation(id);
      const after = reservationAfter(before, event);
      changed.set(id, after);
      countHeld(standing.held, before, after);
    },
    account: (about) => {
      if (standing.rule === undefined) throw new Error(`account ${about.accountId} is not open`);
      return accountAt(totals, 0, { ...about, cutoff: standing.rule.cutoff });
    },
  };
  return standing;
};
