import type { AccountFacts, AccountTable, RecordKey } from '@tollgate/account-table';
import { accountIdOf, cutoffOf } from '@tollgate/balance';
import type { Standing } from '@tollgate/balance';
import { isAccountEvent } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { newEvent } from '@tollgate/event-store';
import type { AppendResult, LogUnavailable, NewEvent, Position, StreamAppend } from '@tollgate/event-store';
import { createEventIds } from './event-ids';
import { isNotice } from './intent';
import type { Intent } from './intent';
import { isSameKey, streamOf, textOf } from './record-key';

/** What a group in the making appends to one stream. */
export type Draft = StreamAppend<LogEvent> & {
  /** Of an account stream: the account as it will be. */
  account: Pick<AccountFacts, 'currency' | 'cutoff' | 'cutoffRevision'> | undefined;
  /** All of it, once somebody has asked about a call. */
  standing: Standing | undefined;
  events: NewEvent<LogEvent>[];
  /** What each of the events counts under, if it counts. */
  keys: (RecordKey | undefined)[];
  /** Places of the keys by their text, once they are too many to look through. */
  placesByKey: Map<string, number> | undefined;
  /** Which reversal undoes an entry, by its key. */
  reversals: Map<string, string> | undefined;
  /** Those of its events whose numbers cannot be sealed, with why: none of it is appended, and all else of it is decided again. */
  unsealed: Map<NewEvent<LogEvent>, LogUnavailable> | undefined;
  /** What became of it. */
  result: AppendResult | undefined;
};

/**
 * What a group in the making will make true, by account, or by the stream of a notice after a slash, which no account id has: a name put
 * together for each item would be hashed anew each time. Nobody but the writer sees it: all others see what is durable.
 */
export type Overlay = Map<string, Draft>;

export const draftFor = (table: AccountTable, overlay: Overlay, intent: Intent): Draft => {
  const accountId = isNotice(intent) ? undefined : accountIdOf(intent);
  const key = accountId ?? `/${streamOf(intent)}`;
  const known = overlay.get(key);
  if (known !== undefined) return known;
  const stream = streamOf(intent);
  const account = accountId === undefined ? undefined : table.facts(accountId);
  const draft: Draft = {
    stream,
    expectedRevision: account?.revision ?? table.revisionOf(stream),
    account,
    standing: undefined,
    events: [],
    keys: [],
    placesByKey: undefined,
    reversals: undefined,
    unsealed: undefined,
    result: undefined,
  };
  overlay.set(key, draft);
  return draft;
};

/** The account of a draft with all that the group will make true of it. */
export const standingIn = (table: AccountTable, draft: Draft, accountId: string): Standing => {
  if (draft.standing === undefined) {
    draft.standing = table.standing(accountId);
    for (const event of draft.events) if (isAccountEvent(event)) draft.standing.add(event);
  }
  return draft.standing;
};

const nextEventId = createEventIds();

/** Adds an event under its key, if it has one, and returns the revision it will have. */
export const draftEvent = (draft: Draft, event: LogEvent, key: RecordKey | undefined): number => {
  const place = draft.events.length;
  const named = newEvent(event, nextEventId());
  draft.events = added(draft.events, named);
  draft.keys = added(draft.keys, key);
  if (key !== undefined) draft.placesByKey?.set(textOf(key), place);
  if (draft.standing !== undefined && isAccountEvent(event)) draft.standing.add(event);
  const revision = draft.expectedRevision + place + 1;
  if (event.type === 'AccountOpened')
    draft.account = { currency: event.data.currency, cutoff: cutoffOf(event.data.cutoff), cutoffRevision: revision };
  if (event.type === 'CutoffChanged' && draft.account !== undefined)
    draft.account = { ...draft.account, cutoff: cutoffOf(event.data), cutoffRevision: revision };
  return revision;
};

/** Most drafts have an item or two: an array that is pushed to makes room for seventeen at once. */
const added = <T>(items: T[], item: T): T[] => {
  if (items.length === 0) return [item];
  if (items.length === 1) return [items[0] as T, item];
  items.push(item);
  return items;
};

const fewKeys = 8;

/** Revision that what counts under a key will have; absent if nothing of the group does. */
export const draftedRevision = (draft: Draft, key: RecordKey): number | undefined => {
  const { keys, expectedRevision } = draft;
  if (keys.length === 0) return undefined;
  if (keys.length > fewKeys) draft.placesByKey ??= placesOf(keys);
  const place =
    draft.placesByKey === undefined
      ? keys.findIndex((one) => one !== undefined && isSameKey(one, key))
      : (draft.placesByKey.get(textOf(key)) ?? -1);
  return place < 0 ? undefined : expectedRevision + place + 1;
};

const placesOf = (keys: readonly (RecordKey | undefined)[]): Map<string, number> => {
  const places = new Map<string, number>();
  for (const [place, key] of keys.entries()) if (key !== undefined) places.set(textOf(key), place);
  return places;
};

/** The drafted event with that revision; none if it is in the log already. */
export const draftedEvent = (draft: Draft, revision: number): NewEvent<LogEvent> | undefined =>
  draft.events[revision - draft.expectedRevision - 1];

/** Where a drafted event went, once it is recorded. */
export const positionIn = (draft: Draft, positions: readonly Position[], revision: number): Position => {
  const position = positions[revision - draft.expectedRevision - 1];
  if (position === undefined) throw new Error(`the log recorded fewer events of ${draft.stream} than it was given`);
  return position;
};
