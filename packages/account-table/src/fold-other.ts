import type { LogEvent } from '@tollgate/contracts';
import { noStream } from '@tollgate/event-store';
import type { RecordedGroup } from '@tollgate/event-store';
import { slotIn } from './fold-account';
import { isMarked } from './marks';
import type { OtherStream } from './other-streams';
import { damaged, isNext } from './state';
import type { State } from './state';

/** Folds an event that is about no account: where its stream stands. */
export const foldOther = (state: State, group: RecordedGroup<LogEvent>, index: number): void => {
  const { others } = state;
  const number = slotIn(group, index);
  if (number > others.count())
    throw damaged(group, index, `begins stream ${String(number)}, where ${String(others.count())} is due`);
  const stream = others.at(number) ?? begin(group, index);
  if (!isNext(state, stream.revision, { group, index })) return;
  if (number === others.count()) others.add(stream);
  stream.revision = group.revision(index);
  stream.place = group.place(index);
  if (isMarked(stream.revision)) stream.marks.push(stream.place);
};

const begin = (group: RecordedGroup<LogEvent>, index: number): OtherStream => ({
  name: group.event(index).stream,
  revision: noStream,
  place: 0,
  marks: [],
});
