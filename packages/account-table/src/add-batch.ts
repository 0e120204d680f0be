import { foldBytes } from '@tollgate/event-store';
import type { Place, Position, RecordedEvent, RecordedGroup } from '@tollgate/event-store';
import type { LogEvent } from '@tollgate/contracts';
import { faultOfAccount } from './fault-of-account';
import { damaged } from './state';
import { createSearch, faultsOf, placesToRead } from './suspects';
import type { Fault, Suspect } from './suspects';
import type { AccountTable } from './table';

type Event = RecordedEvent<LogEvent>;

/**
 * Folds what was read of a log that does not feed the table itself; what is in it already is passed over. Others may write to such a
 * log: rejects with `LogDamaged`, before anything of the batch is folded, where an event is none that Tollgate records. `read` gives
 * the event at a position of the log.
 */
export const addBatch = async (
  table: AccountTable,
  batch: readonly Event[],
  read: (position: Position) => Promise<Event | undefined>,
): Promise<void> => {
  const folded = table.place();
  const events = batch.filter(({ position }) => Number(position) > folded);
  if (events.length === 0) return;
  const bytes = new DataView(new ArrayBuffer(events.length * foldBytes));
  const group = groupOf(events, bytes);
  // Of a batch that was not folded to its end, because what stands elsewhere could not be read.
  table.discard();
  const { fault, suspects } = lookAt(table, events, bytes);
  const [ofIds] = suspects.length === 0 ? [] : faultsOf(suspects, await eventsAt(placesToRead(suspects), events, read));
  const [first] = [fault, ofIds].filter((one) => one !== undefined).sort((one, other) => one.place - other.place);
  if (first !== undefined) {
    const index = events.findIndex(({ position }) => Number(position) === first.place);
    throw damaged(group, index, `was not written by Tollgate, or not so: ${first.what}`);
  }
  table.add(group);
};

/** Describes the events up to the first that cannot be, or by the rules is in no account, and says why. */
const lookAt = (
  table: AccountTable,
  events: readonly Event[],
  bytes: DataView,
): { fault?: Fault; suspects: Suspect[] } => {
  const opened = new Map<string, string>();
  const currencyOf = (accountId: string): string | undefined =>
    table.facts(accountId)?.currency ?? opened.get(accountId);
  const find = createSearch(table);
  const suspects: Suspect[] = [];
  for (const [index, event] of events.entries()) {
    const place = Number(event.position);
    if (event.type === 'AccountOpened') opened.set(event.data.accountId, event.data.currency);
    const unlike = faultIn(() => {
      table.describe(event, event, { bytes, offset: index * foldBytes });
      suspects.push(...find(event, place));
    });
    const what = unlike ?? faultOfAccount(event, currencyOf);
    if (what !== undefined) return { fault: { place, what }, suspects };
  }
  return { suspects };
};

const faultIn = (describing: () => void): string | undefined => {
  try {
    describing();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const eventsAt = async (
  places: ReadonlySet<Place>,
  events: readonly Event[],
  read: (position: Position) => Promise<Event | undefined>,
): Promise<Map<Place, Event>> => {
  const found = new Map(events.map((event) => [Number(event.position), event]));
  for (const place of places) {
    const event = found.get(place) ?? (await read(BigInt(place)));
    if (event !== undefined) found.set(place, event);
  }
  return found;
};

const groupOf = (events: readonly Event[], bytes: DataView): RecordedGroup<LogEvent> => {
  const at = (index: number): Event => {
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
