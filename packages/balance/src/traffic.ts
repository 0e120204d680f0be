import { directionBit, directionsIn, guarding } from './balance-set';
import type { BalanceSet, DirectionSet } from './balance-set';
import type { Balance, CallsInProgress } from './cutoff';
import type { Direction } from './entry';

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
  /** Of a block: what becomes of calls in progress. Absent, they are cut when what they were granted ends. */
  callsInProgress?: CallsInProgress | undefined;
  cause: { type: string; eventId: string; stream: string; revision: number };
  decidedAt: string;
};

export type TrafficEvent = { type: 'TrafficBlocked' | 'TrafficUnblocked'; data: TrafficDecision; metadata: object };

/** A decision but for the time at which it is recorded, which the fold does not know. */
export type TrafficVerdict = { type: TrafficEvent['type']; data: Omit<TrafficDecision, 'decidedAt'> };

/** An account just after an event that turned its traffic. */
type Turn = Pick<TrafficDecision, 'accountId' | 'balances' | 'currency' | 'cause'> & {
  turned: DirectionSet;
  exhausted: BalanceSet;
  /** Those of them that are exhausted whatever is held for calls. */
  spent: BalanceSet;
  callsInProgress: CallsInProgress | undefined;
  /** Of the account's last decision before; 0 if this is the first. */
  sequence: number;
};

/** What is decided: an edge for each direction that turned, inbound first (DESIGN 2.4). */
export const verdictsOf = ({ turned, exhausted, spent, callsInProgress, sequence, ...about }: Turn): TrafficVerdict[] =>
  directionsIn(turned).map((direction, index) => {
    const { accountId, balances, currency, cause } = about;
    const blockers = guarding(exhausted, direction);
    const verdict = { accountId, direction, sequence: sequence + 1 + index, exhausted: blockers, balances, currency };
    if (blockers.length === 0) return { type: 'TrafficUnblocked', data: { ...verdict, cause } };
    // What is only held is not spent: it cuts nobody.
    const calls = guarding(spent, direction).length === 0 ? 'let-run' : callsInProgress;
    return { type: 'TrafficBlocked', data: { ...verdict, ...(calls && { callsInProgress: calls }), cause } };
  });

/** The directions that are blocked once a decision is taken over. */
export const trafficAfter = (
  blocked: DirectionSet,
  { type, data }: Pick<TrafficVerdict, 'type'> & { data: { direction: Direction } },
): DirectionSet =>
  type === 'TrafficBlocked' ? blocked | directionBit[data.direction] : blocked & ~directionBit[data.direction];
