import type { LogEvent } from '@tollgate/contracts';
import { LogDamaged } from '@tollgate/event-store';
import type { Place, RecordedGroup } from '@tollgate/event-store';
import { createAccounts } from './accounts';
import type { Accounts } from './accounts';
import { createBlockedKeys } from './blocked-keys';
import { createCursor } from './cursor';
import type { Cursor } from './cursor';
import { createOtherStreams } from './other-streams';
import type { OtherStreams } from './other-streams';
import { createPendingDecisions } from './pending';
import type { PendingDecisions } from './pending';
import { createSortedKeys } from './sorted-keys';
import type { SortedKeys } from './sorted-keys';

/** Everything the table folds, but for ids. */
export type State = {
  readonly accounts: Accounts;
  readonly others: OtherStreams;
  readonly pending: PendingDecisions;
  readonly accountKeys: SortedKeys;
  readonly blockedKeys: SortedKeys;
  readonly at: Cursor;
  /** Everything up to here is folded. */
  place: Place;
  /** Up to here a row or a stream may be ahead of `place`, where both come from a snapshot. */
  aheadThrough: Place;
};

export const createState = (slotsPerPage: number): State => {
  const accounts = createAccounts(slotsPerPage);
  return {
    accounts,
    others: createOtherStreams(),
    pending: createPendingDecisions(),
    accountKeys: createSortedKeys({ keyOf: accounts.accountIdOf, has: () => true }),
    blockedKeys: createBlockedKeys(accounts),
    at: createCursor(),
    place: 0,
    aheadThrough: 0,
  };
};

/**
 * Whether an event is the next of its stream, of which `known` is the last revision; false if it is in already. Throws `LogDamaged`
 * where events are missing.
 */
export const isNext = (state: State, known: number, { group, index }: { group: RecordedGroup<LogEvent>; index: number }): boolean => {
  const revision = group.revision(index);
  if (revision === known + 1) return true;
  if (revision <= known && group.place(index) <= state.aheadThrough) return false;
  throw damaged(group, index, `has revision ${String(revision)} where ${String(known + 1)} is due`);
};

/** What is wrong with an event of the log, for whoever must restore it. */
export const damaged = (group: RecordedGroup<LogEvent>, index: number, what: string): LogDamaged => {
  const { type, stream } = group.event(index);
  return new LogDamaged(`the event at position ${String(group.place(index))}, ${type} in ${stream}, ${what}`);
};

/** Many are put in their places at once in the time in which some are one by one; a few after each group delay nobody. */
const fewTouched = 256;

/** Keeps the lists in order: while much is read back that costs least when it is done once, at the end of it. */
export const settleLists = ({ accountKeys, blockedKeys }: State, { isAll }: { isAll: boolean }): void => {
  for (const keys of [accountKeys, blockedKeys]) if (isAll || keys.waiting() > fewTouched) keys.settle();
};
