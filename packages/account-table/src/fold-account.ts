import { ruleAfter } from '@tollgate/balance';
import type { AccountEvent } from '@tollgate/balance';
import { accountStream, isAccountEvent } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent, RecordedGroup } from '@tollgate/event-store';
import { addTo } from '@tollgate/money';
import { seek } from './cursor';
import { headerAt, settling } from './fold-header';
import { judge } from './judge';
import { isMarked } from './marks';
import { rowAt } from './row';
import { damaged, isNext } from './state';
import type { State } from './state';

type Group = RecordedGroup<LogEvent>;

/** Folds an event of an account's own stream that moves a total. All it needs is in its header, unless it turns traffic. */
export const foldEntry = (state: State, group: Group, index: number): void => {
  if (!moveOn(state, group, index)) return;
  const { page, row } = state.at;
  const { bytes } = group;
  const header = group.foldOffset(index);
  const where = bytes.getUint16(header + headerAt.total, true);
  const total = row + rowAt.totals + (where & ~settling);
  addTo(
    page.totals,
    total,
    bytes.getFloat64(header + headerAt.high, true),
    bytes.getFloat64(header + headerAt.low, true),
  );
  if ((where & settling) !== 0) changeReservation(state, group, index);
  judge(state, group, index);
};

/** Folds an event that moves no total, but what is held for a call. */
export const foldReservation = (state: State, group: Group, index: number): void => {
  if (!moveOn(state, group, index)) return;
  changeReservation(state, group, index);
  judge(state, group, index);
};

const changeReservation = (state: State, group: Group, index: number): void => {
  const event = accountEvent(group, index);
  try {
    state.reservations.change(state.at, event);
  } catch (error) {
    throw damaged(group, index, `contradicts what is held: ${error instanceof Error ? error.message : String(error)}`);
  }
};

export const foldRule = (state: State, group: Group, index: number): void => {
  if (!moveOn(state, group, index)) return;
  const { accounts, at } = state;
  const { bytes } = at.page.totals;
  const before = bytes.getUint32(at.row + rowAt.rule, true);
  const rule = accounts.rules.take(ruleAfter(accounts.rules.at(before), accountEvent(group, index)));
  accounts.rules.release(before);
  bytes.setUint32(at.row + rowAt.rule, rule, true);
  bytes.setUint32(at.row + rowAt.cutoffRevision, group.revision(index), true);
  judge(state, group, index);
};

export const foldOpening = (state: State, group: Group, index: number): void => {
  const { accounts, accountKeys, at } = state;
  const slot = slotIn(group, index);
  if (slot < accounts.count()) {
    // Opened already: known from a snapshot, or opened twice.
    seek(at, accounts, slot);
    isNext(state, at.page.totals.bytes.getUint32(at.row + rowAt.revision, true), { group, index });
    return;
  }
  const event = accountEvent(group, index);
  if (event.type !== 'AccountOpened' || event.stream !== accountStream(event.data.accountId))
    throw damaged(group, index, 'stands where an account is opened');
  if (slot !== accounts.count() || !isNext(state, -1, { group, index }))
    throw damaged(group, index, `opens slot ${String(slot)}, where slot ${String(accounts.count())} is due`);
  const { accountId, name, currency } = event.data;
  accounts.open({ accountId, name, currency, rule: ruleAfter(undefined, event) });
  seek(at, accounts, slot);
  at.page.totals.bytes.setFloat64(at.row + rowAt.place, group.place(index), true);
  accountKeys.touch(slot);
  judge(state, group, index);
};

export const slotIn = (group: Group, index: number): number =>
  group.bytes.getUint32(group.foldOffset(index) + headerAt.slot, true);

/** Puts the cursor on the account of an event and moves its stream on to it; false if its row is past the event. */
export const moveOn = (state: State, group: Group, index: number): boolean => {
  const { accounts, at } = state;
  const slot = slotIn(group, index);
  if (slot >= accounts.count()) throw damaged(group, index, 'comes before AccountOpened');
  seek(at, accounts, slot);
  const { bytes } = at.page.totals;
  const known = bytes.getUint32(at.row + rowAt.revision, true);
  const revision = group.revision(index);
  if (revision !== known + 1 && !isNext(state, known, { group, index })) return false;
  bytes.setUint32(at.row + rowAt.revision, revision, true);
  bytes.setFloat64(at.row + rowAt.place, group.place(index), true);
  if (isMarked(revision)) at.page.marks.add(at.number, group.place(index));
  return true;
};

const accountEvent = (group: Group, index: number): RecordedEvent<LogEvent> & AccountEvent => {
  const event = group.event(index);
  if (!isAccountEvent(event)) throw damaged(group, index, 'does not belong in the stream of an account');
  return event;
};
