import type { LogEvent } from '@tollgate/contracts';
import type { RecordedGroup } from '@tollgate/event-store';
import { seek } from './cursor';
import { foldOther } from './fold-other';
import { damaged } from './state';
import type { State } from './state';

/** Folds what a switch tells of a command: its stream stands apart from the account's, so that neither says whether the other has it. */
export const foldAcknowledgement = (state: State, group: RecordedGroup<LogEvent>, index: number): void => {
  foldOther(state, group, index);
  const event = group.event(index);
  if (event.type !== 'CommandAcknowledged') throw damaged(group, index, 'stands where a command is acknowledged');
  const slot = state.accounts.slotOf(event.data.accountId);
  if (slot === undefined) throw damaged(group, index, 'is about no account that is open');
  seek(state.at, state.accounts, slot);
  state.acknowledgements.acknowledged(state.at, event.data);
};
