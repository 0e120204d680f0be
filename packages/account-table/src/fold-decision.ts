import { cutoffStream } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedGroup } from '@tollgate/event-store';
import { blockedNumber } from './blocked-keys';
import { seek } from './cursor';
import { slotIn } from './fold-account';
import { isMarked } from './marks';
import { putDecision } from './recorded-traffic';
import { rowAt } from './row';
import { damaged, isNext } from './state';
import type { State } from './state';

/** Folds a decision that is in the log now: what the fold decided itself is confirmed, and shows from here on. */
export const foldDecision = (state: State, group: RecordedGroup<LogEvent>, index: number): void => {
  const { accounts, at, pending, blockedKeys, acknowledgements } = state;
  const slot = slotIn(group, index);
  if (slot >= accounts.count()) throw damaged(group, index, 'is about no account that is open');
  seek(at, accounts, slot);
  const { bytes } = at.page.totals;
  const recorded = bytes.getUint32(at.row + rowAt.recorded, true);
  if (!isNext(state, recorded - 1, { group, index })) return;
  const event = group.event(index);
  if (event.type !== 'TrafficBlocked' && event.type !== 'TrafficUnblocked')
    throw damaged(group, index, 'stands where a decision is recorded');
  if (event.stream !== cutoffStream(accounts.accountIdOf(slot)) || event.data.sequence !== recorded + 1)
    throw damaged(group, index, `is not decision ${String(recorded + 1)} of ${accounts.accountIdOf(slot)}`);
  // Kept as a number of ms, of which this is the text.
  if (new Date(event.data.decidedAt).toJSON() !== event.data.decidedAt)
    throw damaged(group, index, `was decided at ${event.data.decidedAt}, which is no time that Tollgate writes`);
  pending.confirm(at.page, at.number, event);
  bytes.setUint32(at.row + rowAt.recorded, event.data.sequence, true);
  putDecision(at.page, at.number, { event, place: group.place(index) });
  acknowledgements.decided(at, event.data.direction);
  if (isMarked(recorded)) at.page.cutoffMarks.add(at.number, group.place(index));
  blockedKeys.touch(blockedNumber(slot, event.data.direction));
};
