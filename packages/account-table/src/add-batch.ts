import { foldBytes } from '@tollgate/event-store';
import type { RecordedEvent, RecordedGroup } from '@tollgate/event-store';
import type { LogEvent } from '@tollgate/contracts';
import type { AccountTable } from './table';

/** Folds what was read of a log that does not feed the table itself; what is in it already is passed over. */
export const addBatch = (table: AccountTable, batch: readonly RecordedEvent<LogEvent>[]): void => {
  const folded = table.place();
  const events = batch.filter(({ position }) => Number(position) > folded);
  if (events.length === 0) return;
  const bytes = new DataView(new ArrayBuffer(events.length * foldBytes));
  for (const [index, event] of events.entries())
    table.describe(event, { stream: event.stream, revision: event.revision }, { bytes, offset: index * foldBytes });
  table.add(groupOf(events, bytes));
};

const groupOf = (events: readonly RecordedEvent<LogEvent>[], bytes: DataView): RecordedGroup<LogEvent> => {
  const at = (index: number): RecordedEvent<LogEvent> => {
    const event = events[index];
    if (event === undefined) throw new RangeError(`a group of ${String(events.length)} has no event ${String(index)}`);
    return event;
  };
  return {
    count: events.length,
    place: (index) => Number(at(index).position),
    revision: (index) => at(index).revision,
    bytes,
    foldOffset: (index) => index * foldBytes,
    event: at,
  };
};
