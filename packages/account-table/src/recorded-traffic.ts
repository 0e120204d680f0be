import { directionBit, guarding, guardsOf, setOf, trafficAfter } from '@tollgate/balance';
import type { Balance, Direction, TrafficEvent } from '@tollgate/balance';
import type { TrafficStatus } from './partner';
import { rowAt } from './row';

/**
 * An account's traffic as the decisions in the log have it, in its row. No balance guards two directions, so that one set has room
 * for what is exhausted in both.
 */
export const putDecision = (bytes: DataView, row: number, { type, data }: TrafficEvent): void => {
  const { direction, sequence, exhausted, decidedAt } = data;
  const blockers = bytes.getUint8(row + rowAt.recordedBlockers) & ~guardsOf[direction];
  bytes.setUint8(row + rowAt.recordedBlockers, blockers | setOf(exhausted));
  const blocked = bytes.getUint8(row + rowAt.recordedBlocked);
  bytes.setUint8(row + rowAt.recordedBlocked, trafficAfter(blocked, { type, data }));
  bytes.setUint32(row + rowAt.recorded, sequence, true);
  bytes.setUint32(row + sequenceAt(direction), sequence, true);
  bytes.setFloat64(row + sinceAt(direction), Date.parse(decidedAt), true);
};

const sinceAt = (direction: Direction): number => rowAt.since + (direction === 'inbound' ? 0 : 8);
const sequenceAt = (direction: Direction): number => rowAt.sequence + (direction === 'inbound' ? 0 : 4);

export const isBlocked = (bytes: DataView, row: number, direction: Direction): boolean =>
  (bytes.getUint8(row + rowAt.recordedBlocked) & directionBit[direction]) !== 0;

/** The last decision about a direction; absent before the first. */
export const lastDecision = (
  bytes: DataView,
  row: number,
  direction: Direction,
): { since: string; sequence: number; exhausted: Balance[] } | undefined => {
  const sequence = bytes.getUint32(row + sequenceAt(direction), true);
  if (sequence === 0) return undefined;
  const since = new Date(bytes.getFloat64(row + sinceAt(direction), true)).toISOString();
  return { since, sequence, exhausted: guarding(bytes.getUint8(row + rowAt.recordedBlockers), direction) };
};

export const statusOf = (bytes: DataView, row: number, direction: Direction): TrafficStatus => ({
  state: isBlocked(bytes, row, direction) ? 'blocked' : 'open',
  ...lastDecision(bytes, row, direction),
});
