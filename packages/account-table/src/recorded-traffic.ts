import { directionBit, guarding, guardsOf, setOf, trafficAfter } from '@tollgate/balance';
import type { Balance, Direction, TrafficEvent } from '@tollgate/balance';
import type { Place } from '@tollgate/event-store';
import type { TrafficStatus } from './partner';
import type { Page } from './page';
import { trafficAt, trafficBytes } from './row';

/**
 * Puts down a decision that is in the log. No balance guards two directions, so that one set has room for what is exhausted in both.
 */
export const putDecision = (
  { traffic }: Page,
  number: number,
  { event, place }: { event: TrafficEvent; place: Place },
): void => {
  const { direction, sequence, exhausted, decidedAt } = event.data;
  const at = number * trafficBytes;
  const blockers = traffic.getUint8(at + trafficAt.blockers) & ~guardsOf[direction];
  traffic.setUint8(at + trafficAt.blockers, blockers | setOf(exhausted));
  traffic.setUint8(at + trafficAt.blocked, trafficAfter(traffic.getUint8(at + trafficAt.blocked), event));
  traffic.setUint32(at + sequenceAt(direction), sequence, true);
  traffic.setFloat64(at + sinceAt(direction), Date.parse(decidedAt), true);
  traffic.setFloat64(at + trafficAt.place, place, true);
};

const sinceAt = (direction: Direction): number => trafficAt.since + (direction === 'inbound' ? 0 : 8);
const sequenceAt = (direction: Direction): number => trafficAt.sequence + (direction === 'inbound' ? 0 : 4);

/** Of the last event of the account's cutoff stream. */
export const cutoffPlace = ({ traffic }: Page, number: number): Place =>
  traffic.getFloat64(number * trafficBytes + trafficAt.place, true);

export const isBlocked = ({ traffic }: Page, number: number, direction: Direction): boolean =>
  (traffic.getUint8(number * trafficBytes + trafficAt.blocked) & directionBit[direction]) !== 0;

/** The last decision about a direction; absent before the first. */
export const lastDecision = (
  { traffic }: Page,
  number: number,
  direction: Direction,
): { since: string; sequence: number; exhausted: Balance[] } | undefined => {
  const at = number * trafficBytes;
  const sequence = traffic.getUint32(at + sequenceAt(direction), true);
  if (sequence === 0) return undefined;
  const since = new Date(traffic.getFloat64(at + sinceAt(direction), true)).toISOString();
  return { since, sequence, exhausted: guarding(traffic.getUint8(at + trafficAt.blockers), direction) };
};

export const statusOf = (page: Page, number: number, direction: Direction): TrafficStatus => ({
  state: isBlocked(page, number, direction) ? 'blocked' : 'open',
  ...lastDecision(page, number, direction),
});
