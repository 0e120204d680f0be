import type { LogEvent } from '@tollgate/contracts';
import type { RecordedGroup } from '@tollgate/event-store';
import { addIds } from './add-ids';
import type { Ids } from './add-ids';
import { foldEvent } from './fold';
import { placeOf } from './state';
import type { State } from './state';

/**
 * Folds a durable group: each event once, and its ids once. Where that throws, the state has a part of the group, and nothing may
 * rest on it any more.
 */
export const addGroup = (state: State, ids: Ids, group: RecordedGroup<LogEvent>): void => {
  state.isFolding = true;
  let place = 0;
  for (let index = 0; index < group.count; index += 1) {
    place = group.place(index);
    if (place > state.place) foldEvent(state, group, index);
    if (place > state.idsThrough) addIds(ids, group, index);
  }
  state.place = Math.max(state.place, place);
  state.idsThrough = Math.max(state.idsThrough, place);
  ids.ids.through(state.idsThrough);
  state.isFolding = false;
  if (state.catchUpTo > 0) noteCaughtUp(state);
  settleLists(state);
};

/** Once everything is folded that was in the log at the start, what was put off meanwhile is done. */
export const noteCaughtUp = (state: State): void => {
  if (placeOf(state) < state.catchUpTo) return;
  state.catchUpTo = 0;
  state.pending.sort();
  state.accountKeys.settle();
  state.blockedKeys.settle();
};

/** The log has come to its end, wherever that was said to be. */
export const endCatchUp = (state: State): void => {
  if (state.catchUpTo === 0) return;
  state.catchUpTo = placeOf(state);
  noteCaughtUp(state);
};

/** Few enough that to put them in their places delays nobody. */
const fewTouched = 256;
/** While much is read back, to do it seldom costs least; but not for ever, for what turns often is touched often. */
const manyTouched = 2_000_000;

/** Keeps the lists in order as events come. */
const settleLists = ({ accountKeys, blockedKeys, catchUpTo }: State): void => {
  const most = catchUpTo === 0 ? fewTouched : manyTouched;
  if (accountKeys.waiting() > most) accountKeys.settle();
  if (blockedKeys.waiting() > most) blockedKeys.settle();
};
