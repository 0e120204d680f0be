import type { Amount } from '@tollgate/money';
import { balanceOf } from './account';
import type { Account } from './account';
import type { RefusalReason } from './authorization';
import { guarding, setOf } from './balance-set';
import type { Balance, Cutoff } from './cutoff';
import type { Direction } from './entry';
import { atLeastZero } from './reservation';
import type { Held, Reservation } from './reservation';

/** What one call costs, as whoever rates it knows. */
export type Tariff = {
  /** Of a call of so many whole seconds; it never falls as they grow. */
  priceOf(seconds: number): Amount;
  /** The most whole seconds that an amount pays, in whole increments; Infinity where calls cost nothing. */
  secondsPaidBy(amount: Amount): number;
};

/** A switch keeps a limit to −0.65 … +0.55 s: one second more is held than is granted. */
const marginSeconds = 1;

type Ask = {
  account: Account;
  /** Of the account, the call's own reservation included. */
  held: Held;
  direction: Direction;
  /** From the answer: what less than the least would be is refused, and more than the most is never granted at once. */
  leastSeconds: number;
  mostSeconds: number;
  /** Absent where there is no price. */
  tariff: Tariff | undefined;
  /** What is held for this call already, and was charged for it: it is priced as one call. */
  own?: Reservation | undefined;
};

/** Nothing is recorded of it: the same may be asked again. */
export type Refused = { reason: RefusalReason; exhausted: Balance[] };
export type Granted = { seconds: number | null; reserved: Amount } | Refused;

/**
 * The least that the rule's balances which guard the direction pay. One that usage in this direction does not lower sets no limit, but
 * refuses where nothing of it is left. No balance of the rule: no limit, and nothing is held.
 */
export const grantFor = (ask: Ask): Granted => {
  const { account, direction, leastSeconds, mostSeconds, tariff, own } = ask;
  const guards = guarding(setOf(account.cutoff.balances), direction);
  const limiting = guards.filter((balance) => loweredBy(balance, account.cutoff) === direction);
  const empty = guards.filter((balance) => !limiting.includes(balance) && roomOf(ask, balance) <= 0n);
  if (empty.length > 0) return { reason: 'INSUFFICIENT_BALANCE', exhausted: empty };
  if (limiting.length === 0) return { seconds: null, reserved: 0n };
  if (tariff === undefined) return { reason: 'NO_PRICE', exhausted: [] };
  const charged = own?.charged ?? 0n;
  const paid = (balance: Balance): number => tariff.secondsPaidBy(roomOf(ask, balance) + charged) - marginSeconds;
  const short = limiting.filter((balance) => paid(balance) < leastSeconds);
  if (short.length > 0) return { reason: 'INSUFFICIENT_BALANCE', exhausted: short };
  const seconds = Math.min(mostSeconds, ...limiting.map(paid));
  return { seconds, reserved: priceHeld(tariff, seconds, charged) };
};

/** What is held for a call of so many seconds, of which some was charged. */
export const priceHeld = (tariff: Tariff, seconds: number, charged: Amount): Amount =>
  atLeastZero(tariff.priceOf(seconds + marginSeconds) - charged);

/** The direction in which usage lowers a balance (DESIGN 2.5). */
export const loweredBy = (balance: Balance, { mutualFormula }: Pick<Cutoff, 'mutualFormula'>): Direction => {
  switch (balance) {
    case 'inbound':
    case 'outbound':
      return balance;
    case 'mutual':
      return mutualFormula === 'inbound-minus-outbound' ? 'inbound' : 'outbound';
  }
};

/** Available, less what is held for other calls that lower the balance. */
const roomOf = ({ account, held, direction, own }: Ask, balance: Balance): Amount => {
  const lowering = loweredBy(balance, account.cutoff);
  const others = held.reserved[lowering] - (lowering === direction ? (own?.reserved ?? 0n) : 0n);
  return balanceOf(account, balance) + account.cutoff.creditLimits[balance] - others;
};
