import { totalsBytes } from '@tollgate/balance';
import type { Direction, Moment as Ends } from '@tollgate/balance';
import type { Position } from '@tollgate/event-store';
import { addTo } from '@tollgate/money';
import type { Sums } from '@tollgate/money';
import { instantOf } from './instant';
import type { Instant } from './instant';
import { hasHappenedBefore, inRecord, isRecordedBefore, recordBytes, recordKinds } from './record';
import { foundAt, positionAt } from './records';
import type { Found, Records } from './records';

/** `atPosition`: what is behind that position of the log does not count. */
export type Moment = Ends & { atPosition?: Position | undefined };

export const isMoment = ({ occurredBefore, recordedBefore, atPosition }: Moment): boolean =>
  occurredBefore !== undefined || recordedBefore !== undefined || atPosition !== undefined;

type Bounds = { occurred: Instant | undefined; recorded: Instant | undefined; through: number };

export const boundsOf = ({ occurredBefore, recordedBefore, atPosition }: Moment): Bounds => ({
  occurred: occurredBefore === undefined ? undefined : instantOf(occurredBefore),
  recorded: recordedBefore === undefined ? undefined : instantOf(recordedBefore),
  through: atPosition === undefined ? Infinity : Number(atPosition),
});

/** What of an account's stream makes it what it was: what its events moved, and which of them say the rest. */
export type AccountThen = {
  totals: Sums;
  opening: Found | undefined;
  rule: Found | undefined;
  /** The last one recorded by then. */
  last: Found | undefined;
};

export const nothingYet = (): AccountThen => ({
  totals: { bytes: new DataView(new ArrayBuffer(totalsBytes)), tops: new Map() },
  opening: undefined,
  rule: undefined,
  last: undefined,
});

/**
 * Adds what comes next in an account's stream; false where nothing after that counts any more. That the account was opened counts
 * whenever it happened: calls of before are charged too.
 */
export const addRecords = (then: AccountThen, records: Records, { occurred, recorded, through }: Bounds): boolean => {
  const { view, count } = records;
  let last = -1;
  let isGoingOn = true;
  for (let index = 0, at = 0; index < count && isGoingOn; index += 1, at += recordBytes) {
    if (positionAt(view, at) > through) isGoingOn = false;
    else if (isRecordedBefore(view, at, recorded)) {
      last = index;
      const kind = view.getUint8(at + inRecord.kind);
      if (kind === recordKinds.opening) then.opening = foundAt(records, index);
      else if (kind !== recordKinds.other && hasHappenedBefore(view, at, occurred)) countIn(then, records, index);
    }
  }
  if (last >= 0) then.last = foundAt(records, last);
  return isGoingOn;
};

const countIn = (then: AccountThen, records: Records, index: number): void => {
  const { view } = records;
  const at = index * recordBytes;
  if (view.getUint8(at + inRecord.kind) === recordKinds.rule) then.rule = foundAt(records, index);
  else
    addTo(
      then.totals,
      view.getUint8(at + inRecord.total),
      view.getFloat64(at + inRecord.high, true),
      view.getFloat64(at + inRecord.low, true),
    );
};

/** The last decision about each direction that had been made by then. */
export type TrafficThen = Record<Direction, Found | undefined>;

/** Adds what comes next in the stream of its decisions; false where nothing after that counts any more. */
export const addDecisions = (then: TrafficThen, records: Records, { occurred, recorded, through }: Bounds): boolean => {
  const { view, count } = records;
  const last = { inbound: -1, outbound: -1 };
  let isGoingOn = true;
  for (let index = 0, at = 0; index < count && isGoingOn; index += 1, at += recordBytes) {
    const kind = view.getUint8(at + inRecord.kind);
    if (positionAt(view, at) > through) isGoingOn = false;
    else if (isRecordedBefore(view, at, recorded) && hasHappenedBefore(view, at, occurred)) {
      if (kind === recordKinds.inboundDecision) last.inbound = index;
      if (kind === recordKinds.outboundDecision) last.outbound = index;
    }
  }
  if (last.inbound >= 0) then.inbound = foundAt(records, last.inbound);
  if (last.outbound >= 0) then.outbound = foundAt(records, last.outbound);
  return isGoingOn;
};
