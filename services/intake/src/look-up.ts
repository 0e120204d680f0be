import { eventKey, furtherKey } from '@tollgate/account-table';
import type { AccountTable, RecordKey } from '@tollgate/account-table';
import { isAccountEvent } from '@tollgate/contracts';
import type { AccountEvent } from '@tollgate/balance';
import type { LogEvent } from '@tollgate/contracts';
import { LogUnavailable } from '@tollgate/event-store';
import type { EventLog, RecordedEvent } from '@tollgate/event-store';
import { createOpener } from '@tollgate/number-keys';
import type { NumberField, NumberKeys } from '@tollgate/number-keys';
import { draftedEvent, draftedRevision } from './overlay';
import type { Draft } from './overlay';
import { isSameKey, textOf } from './record-key';

/** `numberKeys`: absent where numbers are recorded as they are. */
export type LookUpParts = { log: EventLog<LogEvent>; table: AccountTable; numberKeys?: NumberKeys | undefined };

/** What counts under a key: `recorded` where it is in the log already. */
export type Found = { event: LogEvent; revision: number; recorded?: RecordedEvent<LogEvent> };

/** Surely: neither in the log nor in the group. What memory does not rule out is looked up. */
export const isNew = (table: AccountTable, draft: Draft, key: RecordKey): boolean =>
  table.placesOf(key).length === 0 && draftedRevision(draft, key) === undefined;

/** The event that counted under a key: in the group, or in the log. */
export const firstUnder = async (parts: LookUpParts, draft: Draft, key: RecordKey): Promise<Found | undefined> => {
  const revision = draftedRevision(draft, key);
  const drafted = revision === undefined ? undefined : draftedEvent(draft, revision);
  if (revision !== undefined && drafted !== undefined) return { event: drafted, revision };
  const recorded = await recordedUnder(parts, key);
  return recorded && { event: recorded, revision: recorded.revision, recorded };
};

/** That memory names a place proves nothing: the event there is read, and is it or is not. */
export const recordedUnder = async (
  { log, table }: LookUpParts,
  key: RecordKey,
): Promise<RecordedEvent<LogEvent> | undefined> => {
  for (const place of table.placesOf(key)) {
    const event = await log.read(BigInt(place));
    if (event === undefined)
      throw new Error(`${textOf(key)} should stand at ${String(place)}, where the log has nothing`);
    if (isUnder(event, key)) return event;
  }
  return undefined;
};

const isUnder = (event: LogEvent, key: RecordKey): boolean =>
  [eventKey(event), furtherKey(event)].some((one) => one !== undefined && isSameKey(one, key));

/** What was found in the stream of an account, where only intake writes. */
export const accountEventOf = (draft: Draft, { event, recorded }: Found): AccountEvent => {
  if (!isAccountEvent(event) || (recorded !== undefined && recorded.stream !== draft.stream))
    throw new Error(`${event.type} stands in ${recorded?.stream ?? ''}, where only intake writes to ${draft.stream}`);
  return event;
};

/** What counted first, to be compared with what came now; `shredded` are those of its numbers that are the same as any, absent where there are none. */
export type First = { event: AccountEvent; shredded?: readonly NumberField[] };

/** Throws `NumbersSealed` where it cannot be told whether the numbers are the same, since their key is not there. */
export const openedFirst = ({ numberKeys }: LookUpParts, draft: Draft, found: Found): First => {
  const event = accountEventOf(draft, found);
  const opened = createOpener(numberKeys?.folder)(event);
  if (opened.numbers === 'sealed') {
    numberKeys?.noteMissing(opened.key);
    throw new NumbersSealed(opened.key, numberKeys?.folder);
  }
  const { event: first } = opened;
  return opened.numbers === 'open' || opened.hidden.length === 0
    ? { event: first }
    : { event: first, shredded: opened.hidden };
};

/** The key to numbers that are to be compared is not there: it may be put back, or be destroyed by its name, and the same sent again. */
export class NumbersSealed extends LogUnavailable {
  constructor(key: string, folder: string | undefined) {
    const remedy = `destroy it by "tollgate numbers shred --key ${key}"`;
    super(
      folder === undefined
        ? `the numbers that were recorded under this id are sealed with the key ${key}, and TOLLGATE_NUMBER_KEYS is not set: set it to the folder of that key; if it is lost, ${remedy}`
        : `the numbers that were recorded under this id are sealed with the key ${key}, which is not in ${folder}, or is another one there: put it back; if it is lost, ${remedy}`,
    );
  }
}
