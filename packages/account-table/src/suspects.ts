import type { LogEvent } from '@tollgate/contracts';
import type { Place } from '@tollgate/event-store';
import { eventKey, furtherKey } from './record-key';
import type { RecordKey } from './record-key';
import type { AccountTable } from './table';

/**
 * An event that may count what counted before, or undo what it was not: what stands at the earlier places must be read to know.
 * `undone`: of a reversal, what it says it undoes, which must then stand there.
 */
export type Suspect = { place: Place; key: RecordKey; earlier: readonly Place[]; undone?: string };

/** What is wrong with the event at a place. */
export type Fault = { place: Place; what: string };

/** Looks for what counted before an event of a group: in the log before the group, and in the group before the event. */
export const createSearch = ({ placesOf }: Pick<AccountTable, 'placesOf'>) => {
  const inGroup = new Map<string, Place>();
  /** Ids may be known further than what is folded. */
  const placesBefore = (key: RecordKey, place: Place): Place[] => {
    const before = inGroup.get(textOf(key));
    return before === undefined ? placesOf(key).filter((earlier) => earlier < place) : [before];
  };
  return (event: LogEvent, place: Place): Suspect[] => {
    const suspects: Suspect[] = [];
    for (const key of keysOf(event)) {
      const earlier = placesBefore(key, place);
      if (earlier.length > 0) suspects.push({ place, key, earlier });
    }
    if (event.type === 'EntryReversed') {
      const { accountId, of } = event.data;
      const key = { kind: of.kind, owner: accountId, id: of.id };
      suspects.push({ place, key, earlier: placesBefore(key, place), undone: movementText(event.metadata.reversed) });
    }
    for (const key of keysOf(event)) inGroup.set(textOf(key), place);
    return suspects;
  };
};

/** Where the events stand that say what is wrong with suspects. */
export const placesToRead = (suspects: readonly Suspect[]): Set<Place> =>
  new Set(suspects.flatMap(({ earlier }) => earlier));

/** What is wrong with suspects, given the events at those places: a hash alone proves nothing. */
export const faultsOf = (suspects: readonly Suspect[], found: ReadonlyMap<Place, LogEvent>): Fault[] =>
  suspects.flatMap((suspect) => {
    const what = suspect.undone === undefined ? faultOfRepeat(suspect, found) : faultOfReversal(suspect, found);
    return what === undefined ? [] : [{ place: suspect.place, what }];
  });

type Found = ReadonlyMap<Place, LogEvent>;

const placeOfKey = ({ key, earlier }: Suspect, found: Found): Place | undefined =>
  earlier.find((place) => {
    const event = found.get(place);
    return event !== undefined && keysOf(event).some((other) => textOf(other) === textOf(key));
  });

const faultOfRepeat = (suspect: Suspect, found: Found): string | undefined => {
  const { kind, id, owner } = suspect.key;
  const before = placeOfKey(suspect, found);
  return before === undefined ? undefined : `${kind} ${id} of ${owner} counted before, at position ${String(before)}`;
};

const faultOfReversal = (suspect: Suspect, found: Found): string | undefined => {
  const { kind, id, owner } = suspect.key;
  const place = placeOfKey(suspect, found);
  if (place === undefined) return `undoes ${kind} ${id} of ${owner}, which is not in the log before it`;
  const moved = movedBy(found.get(place));
  if (moved === suspect.undone) return undefined;
  return `undoes ${suspect.undone ?? ''} of ${kind} ${id} of ${owner}, which was ${moved ?? 'nothing'} at position ${String(place)}`;
};

const movedBy = (event: LogEvent | undefined): string | undefined =>
  event !== undefined && 'direction' in event.data && 'amount' in event.data ? movementText(event.data) : undefined;

const movementText = ({ direction, amount }: { direction: string; amount: string }): string => `${amount} ${direction}`;

/** What counts once in an event: its own id, of a reversal the entry that it undoes, of a closed statement its number. */
const keysOf = (event: LogEvent): RecordKey[] =>
  [eventKey(event), furtherKey(event)].filter((key) => key !== undefined);

const textOf = ({ kind, owner, id }: RecordKey): string => JSON.stringify([kind, owner, id]);
