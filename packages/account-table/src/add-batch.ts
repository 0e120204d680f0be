import { foldBytes } from '@tollgate/event-store';
import type { RecordedEvent, RecordedGroup } from '@tollgate/event-store';
import type { LogEvent } from '@tollgate/contracts';
import { faultOfAccount } from './fault-of-account';
import { damaged } from './state';
import type { AccountTable } from './table';

/**
 * Folds what was read of a log that does not feed the table itself; what is in it already is passed over. Others may write to such a
 * log: throws `LogDamaged`, before anything of the batch is folded, where an event is none that Tollgate records.
 */
export const addBatch = (table: AccountTable, batch: readonly RecordedEvent<LogEvent>[]): void => {
  const folded = table.place();
  const events = batch.filter(({ position }) => Number(position) > folded);
  if (events.length === 0) return;
  const bytes = new DataView(new ArrayBuffer(events.length * foldBytes));
  const group = groupOf(events, bytes);
  const opened = new Map<string, string>();
  const currencyOf = (accountId: string): string | undefined =>
    table.facts(accountId)?.currency ?? opened.get(accountId);
  for (const [index, event] of events.entries()) {
    if (event.type === 'AccountOpened') opened.set(event.data.accountId, event.data.currency);
    const fault = faultOfAccount(event, currencyOf) ?? faultIn(() => describe(table, event, { bytes, index }));
    if (fault !== undefined) throw damaged(group, index, `was not written by Tollgate, or not so: ${fault}`);
  }
  table.add(group);
};

type Place = { bytes: DataView; index: number };

const describe = (table: AccountTable, event: RecordedEvent<LogEvent>, { bytes, index }: Place): void => {
  const { stream, revision } = event;
  table.describe(event, { stream, revision }, { bytes, offset: index * foldBytes });
};

const faultIn = (describing: () => void): string | undefined => {
  try {
    describing();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
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
