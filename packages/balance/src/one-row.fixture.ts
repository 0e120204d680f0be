import { addTo } from '@tollgate/money';
import type { Sums } from '@tollgate/money';
import {
  accountAt,
  balanceTexts,
  blockedBy,
  directionBit,
  directions,
  exhaustedAt,
  guarding,
  movementOf,
  ruleAfter,
  ruleOf,
  totalsBytes,
  trafficAfter,
  verdictsOf,
} from './index';
import type {
  Account,
  AccountEvent,
  Balance,
  Direction,
  DirectionSet,
  Rule,
  Totals,
  TrafficEvent,
  TrafficState,
} from './index';
import { totalOffset } from './totals';

/** An event of an account in its place: which stream, and where in it. Revisions start at 0. */
export type RecordedAccountEvent = AccountEvent & { eventId: string; stream: string; revision: number };

/** What is known of one account when its traffic is judged: its fold, and the decisions made so far. */
export type Judgement = {
  readonly account: Account | undefined;
  readonly traffic: Readonly<Record<Direction, TrafficState>>;
  /** Of the last decision; 0 before the first. */
  readonly sequence: number;
  /** Revision of the event that caused the last decision; −1 before the first. */
  readonly judgedThrough: number;
};

export const unjudged: Judgement = {
  account: undefined,
  traffic: { inbound: 'open', outbound: 'open' },
  sequence: 0,
  judgedThrough: -1,
};

/** The account after one more event, by the fold over a table of one row. */
export const evolve = (account: Account | undefined, event: AccountEvent): Account => fold(account, event).account;

/** The row in the middle of its table, so that an offset that is not heeded shows. */
const row = totalsBytes;

const fold = (before: Account | undefined, event: AccountEvent): { totals: Sums; rule: Rule; account: Account } => {
  const rule = ruleAfter(before && ruleOf(before.cutoff), event);
  const totals: Sums = { bytes: new DataView(new ArrayBuffer(3 * totalsBytes)), tops: new Map() };
  if (before !== undefined) for (const direction of directions) restore(totals, direction, before.totals[direction]);
  const movement = { total: 0, high: 0, low: 0 };
  if (movementOf(event, movement)) addTo(totals, row + movement.total, movement.high, movement.low);
  const { accountId, name, currency } = before ?? openingOf(event);
  return { totals, rule, account: accountAt(totals, row, { accountId, name, currency, cutoff: rule.cutoff }) };
};

const openingOf = (event: AccountEvent): { accountId: string; name?: string | undefined; currency: string } => {
  if (event.type !== 'AccountOpened') throw new Error('a story begins with an opening');
  return event.data;
};

const restore = (totals: Sums, direction: Direction, { payments, usage, adjustments }: Totals): void => {
  const { payment, usage: used, adjustment } = totalOffset[direction];
  put(totals, row + payment, payments);
  put(totals, row + used, usage);
  put(totals, row + adjustment, adjustments);
};

const limb = 10n ** 14n;
const top = 10n ** 15n;

const put = ({ bytes, tops }: Sums, at: number, amount: bigint): void => {
  const low = ((amount % limb) + limb) % limb;
  const high = (amount - low) / limb;
  if (high / top !== 0n) tops.set(at, Number(high / top));
  bytes.setFloat64(at, Number(high % top), true);
  bytes.setFloat64(at + 8, Number(low), true);
};

/**
 * Folds one event and decides what it does to traffic. Events before the cause of the last known decision are folded only: they
 * were judged before. The cause itself is judged again, which decides nothing unless it turned both directions and only one of
 * them was recorded.
 */
export const judge = (
  before: Judgement,
  event: RecordedAccountEvent,
  decidedAt: string,
): { after: Judgement; decisions: TrafficEvent[] } => {
  const { totals, rule, account } = fold(before.account, event);
  const folded: Judgement = { ...before, account };
  if (event.revision < before.judgedThrough) return { after: folded, decisions: [] };
  const exhausted = exhaustedAt(totals, row, rule);
  const decisions = verdictsOf({
    accountId: account.accountId,
    balances: balanceTexts(account),
    currency: account.currency,
    cause: { type: event.type, eventId: event.eventId, stream: event.stream, revision: event.revision },
    turned: blockedBy(exhausted) ^ blockedIn(before),
    exhausted,
    spent: exhausted,
    callsInProgress: rule.cutoff.callsInProgress,
    sequence: before.sequence,
  }).map((verdict): TrafficEvent => ({ ...verdict, data: { ...verdict.data, decidedAt }, metadata: {} }));
  return { after: decisions.reduce(acknowledge, folded), decisions };
};

const blockedIn = ({ traffic }: Judgement): DirectionSet =>
  directions.reduce((set: DirectionSet, each) => (traffic[each] === 'blocked' ? set | directionBit[each] : set), 0);

/** Takes over a decision that is already in the log. */
export const acknowledge = (judgement: Judgement, decision: TrafficEvent): Judgement => {
  const blocked = trafficAfter(blockedIn(judgement), decision);
  const stateOf = (direction: Direction): TrafficState =>
    (blocked & directionBit[direction]) === 0 ? 'open' : 'blocked';
  return {
    ...judgement,
    traffic: { inbound: stateOf('inbound'), outbound: stateOf('outbound') },
    sequence: decision.data.sequence,
    judgedThrough: decision.data.cause.revision,
  };
};

/** The balances that block a direction of the account now. */
export const exhausted = (account: Account, direction: Direction): Balance[] => {
  const totals: Sums = { bytes: new DataView(new ArrayBuffer(3 * totalsBytes)), tops: new Map() };
  for (const each of directions) restore(totals, each, account.totals[each]);
  return guarding(exhaustedAt(totals, row, ruleOf(account.cutoff)), direction);
};
