import { happenedAt, movementOf } from '@tollgate/balance';
import type { Movement } from '@tollgate/balance';
import { isAccountEvent } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { instantOf } from './instant';
import type { Instant } from './instant';

/**
 * What there is to know of an event in order to tell a time before it from one after it, in `recordBytes`, little-endian. `total`,
 * `high` and `low` are what it moves, as `movementOf` has it. `id` is the end of its event id.
 */
export const inRecord = {
  position: 0,
  recordedMs: 8,
  happenedMs: 16,
  high: 24,
  low: 32,
  recordedNanos: 40,
  happenedNanos: 44,
  id: 48,
  kind: 52,
  total: 53,
} as const;
export const recordBytes = 56;

/** What an event is to the account, or to its traffic, as it was. */
export const recordKinds = {
  other: 0,
  opening: 1,
  rule: 2,
  movement: 3,
  inboundDecision: 4,
  outboundDecision: 5,
} as const;

const movement: Movement = { total: 0, high: 0, low: 0 };

export const writeRecord = (into: DataView, at: number, event: RecordedEvent<LogEvent>): void => {
  const isMoving = isAccountEvent(event) && movementOf(event, movement);
  into.setFloat64(at + inRecord.position, Number(event.position), true);
  writeInstant(into, at + inRecord.recordedMs, at + inRecord.recordedNanos, instantOf(event.recordedAt));
  writeInstant(into, at + inRecord.happenedMs, at + inRecord.happenedNanos, instantOf(timeOf(event)));
  into.setFloat64(at + inRecord.high, isMoving ? movement.high : 0, true);
  into.setFloat64(at + inRecord.low, isMoving ? movement.low : 0, true);
  into.setUint32(at + inRecord.id, parseInt(event.eventId.slice(-idDigits), 16), true);
  into.setUint32(at + inRecord.kind, 0);
  into.setUint8(at + inRecord.kind, kindOf(event, isMoving));
  into.setUint8(at + inRecord.total, isMoving ? movement.total : 0);
};

const idDigits = 8;

// eslint-disable-next-line max-params -- an object for each time of millions would be garbage
const writeInstant = (into: DataView, ms: number, nanos: number, instant: Instant): void => {
  into.setFloat64(ms, instant.ms, true);
  into.setUint32(nanos, instant.nanos, true);
};

/** A decision happened when it was made. */
const timeOf = (event: RecordedEvent<LogEvent>): string => {
  if (event.type === 'TrafficBlocked' || event.type === 'TrafficUnblocked') return event.data.decidedAt;
  return isAccountEvent(event) ? happenedAt(event) : event.recordedAt;
};

const kindOf = (event: LogEvent, isMoving: boolean): number => {
  if (isMoving) return recordKinds.movement;
  if (event.type === 'AccountOpened') return recordKinds.opening;
  if (event.type === 'CutoffChanged') return recordKinds.rule;
  if (event.type !== 'TrafficBlocked' && event.type !== 'TrafficUnblocked') return recordKinds.other;
  return event.data.direction === 'inbound' ? recordKinds.inboundDecision : recordKinds.outboundDecision;
};

/** Whether the event was recorded, or happened, before an end; before one that is absent, always. */
export const isRecordedBefore = (records: DataView, at: number, end: Instant | undefined): boolean =>
  end === undefined ||
  isBefore(
    records.getFloat64(at + inRecord.recordedMs, true),
    records.getUint32(at + inRecord.recordedNanos, true),
    end,
  );
export const hasHappenedBefore = (records: DataView, at: number, end: Instant | undefined): boolean =>
  end === undefined ||
  isBefore(
    records.getFloat64(at + inRecord.happenedMs, true),
    records.getUint32(at + inRecord.happenedNanos, true),
    end,
  );

const isBefore = (ms: number, nanos: number, end: Instant): boolean =>
  ms < end.ms || (ms === end.ms && nanos < end.nanos);
