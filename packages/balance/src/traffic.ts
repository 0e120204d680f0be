import { formatAmount } from '@tollgate/money';
import { balanceOf } from './account';
import type { Account } from './account';
import type { RecordedAccountEvent } from './account-event';
import { exhausted } from './exhausted';
import type { Balance } from './cutoff';
import { directions } from './entry';
import type { Direction } from './entry';
import { evolve } from './evolve';

export type TrafficState = 'open' | 'blocked';

/** One change of an account's traffic, as a `cutoff-<accountId>` stream records it; the command's content (DESIGN 3). */
export type TrafficDecision = {
  accountId: string;
  direction: Direction;
  /** From 1, rising by one per account over both directions: the decision's revision in its stream, plus one. */
  sequence: number;
  /** The balances that guard this direction and are exhausted; none when it opens. */
  exhausted: Balance[];
  balances: Record<Balance, string>;
  currency: string;
  cause: { type: string; eventId: string; stream: string; revision: number };
  decidedAt: string;
};

export type TrafficEvent = { type: 'TrafficBlocked' | 'TrafficUnblocked'; data: TrafficDecision; metadata: object };

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

/**
 * Folds one event and decides what it does to traffic: the edges it causes, inbound first (DESIGN 2.4). Events before the
 * cause of the last known decision are folded only: they were judged before, whoever restarts. The cause itself is judged
 * again, which decides nothing unless it turned both directions and only one of them was recorded. `decidedAt` is RFC 3339 UTC.
 */
export const judge = (
  before: Judgement,
  event: RecordedAccountEvent,
  decidedAt: string,
): { after: Judgement; decisions: TrafficEvent[] } => {
  const account = evolve(before.account, event);
  let after: Judgement = {
    account,
    traffic: before.traffic,
    sequence: before.sequence,
    judgedThrough: before.judgedThrough,
  };
  const decisions: TrafficEvent[] = [];
  if (event.revision < before.judgedThrough) return { after, decisions };
  for (const direction of directions) {
    const blockers = exhausted(account, direction);
    const state = blockers.length > 0 ? 'blocked' : 'open';
    if (state === before.traffic[direction]) continue;
    const decision: TrafficEvent = {
      type: state === 'blocked' ? 'TrafficBlocked' : 'TrafficUnblocked',
      data: {
        accountId: account.accountId,
        direction,
        sequence: after.sequence + 1,
        exhausted: blockers,
        balances: balanceTexts(account),
        currency: account.currency,
        cause: { type: event.type, eventId: event.eventId, stream: event.stream, revision: event.revision },
        decidedAt,
      },
      metadata: {},
    };
    decisions.push(decision);
    after = acknowledge(after, decision);
  }
  return { after, decisions };
};

/** Takes over a decision that is already in the log. */
export const acknowledge = (judgement: Judgement, { type, data }: TrafficEvent): Judgement => ({
  ...judgement,
  traffic: { ...judgement.traffic, [data.direction]: type === 'TrafficBlocked' ? 'blocked' : 'open' },
  sequence: data.sequence,
  judgedThrough: data.cause.revision,
});

/** All three balances as shortest exact texts. */
export const balanceTexts = (account: Account): Record<Balance, string> => ({
  inbound: formatAmount(balanceOf(account, 'inbound')),
  outbound: formatAmount(balanceOf(account, 'outbound')),
  mutual: formatAmount(balanceOf(account, 'mutual')),
});
