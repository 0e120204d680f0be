import type { Decimal } from 'decimal.js';
import type { Account } from './account';
import type { Direction, Event, Fields } from './event';
import { isFields } from './event';
import { amountIn } from './rule';

/** What a payment, call or adjustment added to a balance. */
type Entry = {
  direction: Direction;
  amount: string;
  effect: Decimal;
  isReversed: boolean;
  /** Of usage that was not the last of its call: the authorization it names. */
  call: unknown;
};

/** Payments, calls and adjustments that count, and reversals: each id once, for ever. */
export type Entries = {
  /** Adds an entry to its account; what is wrong with it, if something is. */
  enter(account: Account, event: Event): string[];
  /** Takes back what a reversal names; what is wrong with it, if something is. */
  reverse(account: Account, event: Event): string[];
};

type Kind = { kind: string; isAllowed(amount: Decimal): boolean };

const kinds = new Map<string, Kind>([
  ['PaymentRecorded', { kind: 'payment', isAllowed: (amount) => amount.gt(0) }],
  ['UsageCharged', { kind: 'usage', isAllowed: (amount) => amount.gte(0) && !amount.isNegative() }],
  ['BalanceAdjusted', { kind: 'adjustment', isAllowed: (amount) => !amount.isZero() }],
]);

export const isEntry = (type: string): boolean => kinds.has(type);

export const createEntries = (): Entries => {
  const entries = new Map<string, Entry>();
  const reversals = new Set<string>();
  return {
    enter: (account, { type, data, revision, recordedAt }) => {
      const entry = entryIn(type, data);
      if (typeof entry === 'string') return [entry];
      const { kind, direction, effect } = entry;
      const id = data[`${kind}Id`];
      const key = keyOf(kind, account, id);
      const named = `${kind} ${String(id)} of ${account.accountId}`;
      const faults = entries.has(key) ? [`${named} counts twice`] : [];
      const { currency } = data;
      if (currency !== account.currency)
        faults.push(`${named} is in ${String(currency)}, and the account in ${account.currency}`);
      entries.set(key, entry);
      account.sums[direction] = account.sums[direction].plus(effect);
      account.statements.moves.push({ revision, recordedAt, kind, direction, amount: amountOf(kind, effect) });
      return faults;
    },
    reverse: (account, { data, reversed, restored, revision, recordedAt }) => {
      const { kind, id } = isFields(data['of']) ? data['of'] : {};
      const named = `${String(kind)} ${String(id)} of ${account.accountId}`;
      const reversal = keyOf('reversal', account, data['reversalId']);
      const entry = entries.get(keyOf(kind, account, id));
      if (entry === undefined) return [`${named} is reversed, and was never recorded`];
      if (entry.isReversed) return [`${named} is reversed twice`];
      const faults = reversals.has(reversal) ? [`reversal ${String(data['reversalId'])} counts twice`] : [];
      if (reversed && (reversed.direction !== entry.direction || reversed.amount !== entry.amount))
        faults.push(`${named} was ${entry.amount} ${entry.direction}; its reversal says ${JSON.stringify(reversed)}`);
      if (restored && restored['authorizationId'] !== entry.call)
        faults.push(`${named} was not of call ${String(restored['authorizationId'])}, which its reversal restores`);
      entry.isReversed = true;
      reversals.add(reversal);
      const { direction, effect } = entry;
      account.sums[direction] = account.sums[direction].minus(effect);
      const amount = amountOf(kind, effect).negated();
      account.statements.moves.push({ revision, recordedAt, kind: String(kind), direction, amount });
      return faults;
    },
  };
};

/** What an effect adds to the total of its kind. */
const amountOf = (kind: unknown, effect: Decimal): Decimal => (kind === 'usage' ? effect.negated() : effect);

const keyOf = (kind: unknown, account: Account, id: unknown): string => JSON.stringify([kind, account.accountId, id]);

/** What an event adds, or why it cannot. */
const entryIn = (type: string, data: Fields): (Entry & { kind: string }) | string => {
  const { direction, amount: text, authorizationId, final } = data;
  const { kind, isAllowed } = kinds.get(type) ?? {};
  const amount = amountIn(text);
  if (kind === undefined || amount === undefined || isAllowed?.(amount) !== true)
    return `${type}: ${String(text)} is no amount for it`;
  if (direction !== 'inbound' && direction !== 'outbound') return `${type}: ${String(direction)} is no direction`;
  return {
    ...{ kind, direction, amount: String(text), isReversed: false },
    call: final === false ? authorizationId : undefined,
    effect: kind === 'usage' ? amount.negated() : amount,
  };
};
