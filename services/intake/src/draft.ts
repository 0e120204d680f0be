import { randomUUID } from 'node:crypto';
import type { LogEvent } from '@tollgate/contracts';
import type { AppendResult, NewEvent, Position, RecordedEvent, StreamAppend } from '@tollgate/event-store';
import { accountAfter } from './ledger-index';
import type { AccountFacts, StreamFacts } from './ledger-index';
import { eventKey, recordKey } from './record-key';

/** What one round of work wants to append to one stream, and what it makes true for the commands that follow in the round. */
export type Draft = {
  readonly stream: string;
  readonly expectedRevision: number;
  account: AccountFacts | undefined;
  readonly events: NewEvent<LogEvent>[];
};

/** Everything one pass of a round wants to append. */
export type Drafts = {
  readonly byStream: Map<string, Draft>;
  /** Revision each drafted key will have; and who reverses what. Keys name their account, so one map serves all streams. */
  readonly keys: Map<string, number>;
  readonly reversals: Map<string, string>;
};

export const startDrafts = (): Drafts => ({ byStream: new Map(), keys: new Map(), reversals: new Map() });

export const startDraft = (stream: string, facts: StreamFacts): Draft => ({
  stream,
  expectedRevision: facts.revision,
  account: facts.account,
  events: [],
});

/** Adds an event under its key, if it has one, and returns the revision it will have. */
export const draftEvent = (drafts: Drafts, draft: Draft, event: LogEvent): number => {
  const revision = draft.expectedRevision + draft.events.length + 1;
  draft.events.push({ ...event, eventId: randomUUID() });
  draft.account = accountAfter(draft.account, event, revision);
  const key = eventKey(event);
  if (key !== undefined) drafts.keys.set(key, revision);
  if (event.type === 'EntryReversed') {
    const { accountId, of, reversalId } = event.data;
    drafts.reversals.set(recordKey(of.kind, accountId, of.id), reversalId);
  }
  return revision;
};

/** The drafted event with that revision; none if it is in the log already. */
export const draftedEvent = (draft: Draft, revision: number): NewEvent<LogEvent> | undefined =>
  draft.events[revision - draft.expectedRevision - 1];

export const appendOf = ({ stream, expectedRevision, events }: Draft): StreamAppend<LogEvent> => ({
  stream,
  expectedRevision,
  events,
});

/** Where a drafted event went. */
export const positionIn = (
  result: AppendResult<LogEvent> & { isAppended: true },
  draft: Draft,
  revision: number,
): Position => {
  const event: RecordedEvent<LogEvent> | undefined = result.events[revision - draft.expectedRevision - 1];
  if (event === undefined) throw new Error(`the log recorded fewer events of ${draft.stream} than it was given`);
  return event.position;
};
