import type { LogEvent } from '@tollgate/contracts';
import { LogDamaged } from '@tollgate/event-store';
import type { Place, RecordedGroup } from '@tollgate/event-store';
import { createAccounts } from './accounts';
import type { Accounts } from './accounts';
import { createAcknowledgementBook } from './acknowledgements';
import type { AcknowledgementBook } from './acknowledgements';
import { createBlockedKeys } from './blocked-keys';
import { createCursor } from './cursor';
import type { Cursor } from './cursor';
import { createOtherStreams } from './other-streams';
import type { OtherStreams } from './other-streams';
import { createPendingDecisions } from './pending';
import type { PendingDecisions } from './pending';
import { createReservationBook } from './reservations';
import type { ReservationBook } from './reservations';
import { createSortedKeys } from './sorted-keys';
import type { SortedKeys } from './sorted-keys';

/** Everything the table folds, but for ids. */
export type State = {
  readonly accounts: Accounts;
  readonly others: OtherStreams;
  readonly pending: PendingDecisions;
  readonly reservations: ReservationBook;
  readonly acknowledgements: AcknowledgementBook;
  readonly accountKeys: SortedKeys;
  readonly blockedKeys: SortedKeys;
  readonly at: Cursor;
  /** Everything up to here is folded. */
  place: Place;
  /** The ids of all events up to here are kept. */
  idsThrough: Place;
  /** Up to here a row or a stream may be ahead of `place`, where both come from a snapshot. */
  aheadThrough: Place;
  /** Of the last event that was in the log at the start, until everything up to there is folded; then 0. */
  catchUpTo: Place;
  /** A group is being folded; where that threw, nothing may rest on this any more. */
  isFolding: boolean;
};

export const createState = (slotsPerPage: number, switches: readonly string[]): State => {
  const accounts = createAccounts(slotsPerPage);
  return {
    accounts,
    others: createOtherStreams(),
    pending: createPendingDecisions(),
    reservations: createReservationBook(),
    acknowledgements: createAcknowledgementBook(switches),
    accountKeys: createSortedKeys({ keyOf: accounts.accountIdOf, has: () => true }),
    blockedKeys: createBlockedKeys(accounts),
    at: createCursor(),
    place: 0,
    idsThrough: 0,
    aheadThrough: 0,
    catchUpTo: 0,
    isFolding: false,
  };
};

/**
 * Whether an event is the next of its stream, of which `known` is the last revision; false if it is in already. Throws `LogDamaged`
 * where events are missing.
 */
export const isNext = (
  state: State,
  known: number,
  { group, index }: { group: RecordedGroup<LogEvent>; index: number },
): boolean => {
  const revision = group.revision(index);
  if (revision === known + 1) return true;
  if (revision <= known && group.place(index) <= state.aheadThrough) return false;
  throw damaged(group, index, `has revision ${String(revision)} where ${String(known + 1)} is due`);
};

/** What is wrong with an event of the log, for whoever must restore it. */
export const damaged = (group: RecordedGroup<LogEvent>, index: number, what: string): LogDamaged => {
  const { type, stream } = group.event(index);
  const place = group.place(index);
  return new LogDamaged(`the event at position ${String(place)}, ${type} in ${stream}, ${what}`, {
    position: BigInt(place),
  });
};

/** Up to here everything is known. */
export const placeOf = ({ place, idsThrough }: State): Place => Math.min(place, idsThrough);
