import { randomUUID } from 'node:crypto';
import type { AccountFacts, AccountTable, RecordKey } from '@tollgate/account-table';
import { cutoffOf } from '@tollgate/balance';
import { streamPrefixes } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { AppendResult, NewEvent, Position, StreamAppend } from '@tollgate/event-store';
import type { Intent } from './intent';
import { originalKey, streamOf, textOf } from './record-key';

/** What a group in the making appends to one stream. */
export type Draft = {
  readonly stream: string;
  readonly expectedRevision: number;
  /** Of an account stream: the account as it will be. */
  account: Pick<AccountFacts, 'currency' | 'cutoff' | 'cutoffRevision'> | undefined;
  readonly events: NewEvent<LogEvent>[];
  /** What became of it. */
  result: AppendResult | undefined;
};

/** What a group in the making will make true. Nobody but the writer sees it: all others see what is durable. */
export type Overlay = {
  /** Streams the group looks at, those it appends nothing to included. */
  readonly drafts: Map<string, Draft>;
  /** Revision each drafted key will have, and which reversal undoes an entry. */
  readonly keys: Map<string, number>;
  readonly reversals: Map<string, string>;
};

export const startOverlay = (): Overlay => ({ drafts: new Map(), keys: new Map(), reversals: new Map() });

export const draftFor = (table: AccountTable, overlay: Overlay, intent: Intent): Draft => {
  const stream = streamOf(intent);
  const known = overlay.drafts.get(stream);
  if (known !== undefined) return known;
  const account = intent.type === 'RejectMessage' ? undefined : table.facts(stream.slice(streamPrefixes.account.length));
  const expectedRevision = account?.revision ?? table.revisionOf(stream);
  const draft: Draft = { stream, expectedRevision, account, events: [], result: undefined };
  overlay.drafts.set(stream, draft);
  return draft;
};

/** Adds an event under its key, if it has one, and returns the revision it will have. */
export const draftEvent = (overlay: Overlay, draft: Draft, { event, key }: { event: LogEvent; key?: RecordKey }): number => {
  const revision = draft.expectedRevision + draft.events.length + 1;
  draft.events.push(named(event));
  if (key !== undefined) overlay.keys.set(textOf(key), revision);
  if (event.type === 'EntryReversed') overlay.reversals.set(textOf(originalKey(event.data)), event.data.reversalId);
  if (event.type === 'AccountOpened')
    draft.account = {
      currency: event.data.currency,
      cutoff: cutoffOf(event.data.cutoff),
      cutoffRevision: revision,
    };
  if (event.type === 'CutoffChanged' && draft.account !== undefined)
    draft.account = { ...draft.account, cutoff: cutoffOf(event.data), cutoffRevision: revision };
  return revision;
};

/** `randomUUID` draws on a pool of random bytes. */
const named = (event: LogEvent): NewEvent<LogEvent> => ({ ...event, eventId: randomUUID() });

/** The drafted event with that revision; none if it is in the log already. */
export const draftedEvent = (draft: Draft, revision: number): NewEvent<LogEvent> | undefined =>
  draft.events[revision - draft.expectedRevision - 1];

export const appendsOf = (drafts: readonly Draft[]): StreamAppend<LogEvent>[] =>
  drafts.map(({ stream, expectedRevision, events }) => ({ stream, expectedRevision, events }));

/** Where a drafted event went, once it is recorded. */
export const positionIn = (draft: Draft, positions: readonly Position[], revision: number): Position => {
  const position = positions[revision - draft.expectedRevision - 1];
  if (position === undefined) throw new Error(`the log recorded fewer events of ${draft.stream} than it was given`);
  return position;
};
