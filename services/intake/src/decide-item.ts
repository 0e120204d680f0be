import { eventKey, lossKey, rejectionKey, reversedKey } from '@tollgate/account-table';
import type { AccountTable, RecordKey } from '@tollgate/account-table';
import { decide } from '@tollgate/balance';
import type { Command, Decision, Known, Metadata, RecordCommand } from '@tollgate/balance';
import { isAccountEvent } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, RecordedEvent } from '@tollgate/event-store';
import type { Item, Outcome } from './intent';
import { draftEvent, draftedEvent, draftedRevision } from './overlay';
import type { Draft } from './overlay';
import { commandKey, isSameKey, originalKey, textOf } from './record-key';

/** A final answer, or an event that a draft is about to append. */
export type Planned = Outcome | { status: 'drafted'; revision: number; isDuplicate: boolean };

export type DecideParts = { log: EventLog<LogEvent>; table: AccountTable };

/**
 * Decides one item on what is durable and on what the group before it will make true. Only what may repeat or reverse something
 * must read the log; all else is decided without waiting.
 */
export const decideItem = (
  parts: DecideParts,
  draft: Draft,
  { intent, metadata }: Item,
): Planned | Promise<Planned> => {
  switch (intent.type) {
    case 'RejectMessage':
      return decideMessage(parts, draft, {
        event: { type: 'MessageRejected', data: intent.data, metadata: {} },
        key: rejectionKey(intent.data),
      });
    case 'NoteLostInput':
      return decideMessage(parts, draft, {
        event: { type: 'InputLost', data: intent.data, metadata: {} },
        key: lossKey(intent.data),
      });
    case 'OpenAccount':
    case 'ChangeCutoff':
      return decideOnAccount(parts, draft, { command: intent, metadata });
    case 'ReverseEntry':
      return decideOnHistory(parts, draft, { command: intent, key: commandKey(intent), metadata });
    case 'RecordPayment':
    case 'ChargeUsage':
    case 'AdjustBalance': {
      const key = commandKey(intent);
      if (!isNew(parts.table, draft, key)) return decideOnHistory(parts, draft, { command: intent, key, metadata });
      return settle(draft, decide(intent, draft, metadata), key);
    }
  }
};

const decideMessage = (parts: DecideParts, draft: Draft, what: Keyed): Planned | Promise<Planned> =>
  isNew(parts.table, draft, what.key) ? drafted(draft, what.event, what.key) : repeatOrDraft(parts, draft, what);

/** Surely: neither in the log nor in the group. What memory does not rule out is looked up. */
const isNew = (table: AccountTable, draft: Draft, key: RecordKey): boolean =>
  table.placesOf(key).length === 0 && draftedRevision(draft, key) === undefined;

type OnAccount = Extract<Command, { type: 'OpenAccount' | 'ChangeCutoff' }>;

const decideOnAccount = (
  parts: DecideParts,
  draft: Draft,
  { command, metadata }: { command: OnAccount; metadata: Metadata },
): Planned | Promise<Planned> => {
  const { account } = draft;
  if (account === undefined) return settle(draft, decide(command, { account }, metadata), undefined);
  if (command.type === 'OpenAccount') return reopen(parts, draft, { command, metadata });
  const decision = decide(command, { account }, metadata);
  return decision.outcome === 'unchanged'
    ? repeatOfRevision(parts, draft, account.cutoffRevision)
    : settle(draft, decision, undefined);
};

const reopen = async (
  parts: DecideParts,
  draft: Draft,
  { command, metadata }: { command: OnAccount; metadata: Metadata },
): Promise<Planned> => {
  const first = draftedEvent(draft, 0) ?? (await eventAt(parts, draft, 0));
  if (!isAccountEvent(first)) throw new Error(`${first.type} stands in ${draft.stream}, where only intake writes`);
  const decision = decide(command, { account: draft.account, first }, metadata);
  return decision.outcome === 'unchanged' ? repeatOfRevision(parts, draft, 0) : settle(draft, decision, undefined);
};

type OnRecord<C extends RecordCommand = RecordCommand> = { command: C; key: RecordKey; metadata: Metadata };

const decideOnHistory = async (
  parts: DecideParts,
  draft: Draft,
  { command, key, metadata }: OnRecord,
): Promise<Planned> => {
  const first = await firstUnder(parts, draft, key);
  const known: Known = { account: draft.account, first: first && accountEventOf(draft, first) };
  const isReversing = command.type === 'ReverseEntry' && first === undefined;
  const decision = decide(
    command,
    isReversing ? { ...known, ...(await reversed(parts, draft, command)) } : known,
    metadata,
  );
  if (decision.outcome === 'unchanged') return repeatOf(draft, first);
  return settle(draft, decision, key);
};

/** The entry a reversal names, and the reversal that undid it before. */
const reversed = async (
  parts: DecideParts,
  draft: Draft,
  { data }: Extract<Command, { type: 'ReverseEntry' }>,
): Promise<Pick<Known, 'original' | 'reversedBy'>> => {
  const key = originalKey(data);
  const original = await firstUnder(parts, draft, key);
  const drafted = draft.reversals?.get(textOf(key));
  const reversal = drafted === undefined ? await recordedUnder(parts, reversedKey(data)) : undefined;
  return {
    original: original && accountEventOf(draft, original),
    reversedBy: drafted ?? (reversal?.type === 'EntryReversed' ? reversal.data.reversalId : undefined),
  };
};

type Found = { event: LogEvent; revision: number; recorded?: RecordedEvent<LogEvent> };

/** The event that counted under a key: in the group, or in the log. */
const firstUnder = async (parts: DecideParts, draft: Draft, key: RecordKey): Promise<Found | undefined> => {
  const revision = draftedRevision(draft, key);
  const drafted = revision === undefined ? undefined : draftedEvent(draft, revision);
  if (revision !== undefined && drafted !== undefined) return { event: drafted, revision };
  const recorded = await recordedUnder(parts, key);
  return recorded && { event: recorded, revision: recorded.revision, recorded };
};

/** That memory names a place proves nothing: the event there is read, and is it or is not. */
const recordedUnder = async (
  { log, table }: DecideParts,
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

const isUnder = (event: LogEvent, key: RecordKey): boolean => {
  if (event.type === 'EntryReversed' && key.kind.startsWith('reversed-'))
    return isSameKey(reversedKey(event.data), key);
  const own = eventKey(event);
  return own !== undefined && isSameKey(own, key);
};

const settle = (draft: Draft, decision: Decision, key: RecordKey | undefined): Planned => {
  switch (decision.outcome) {
    case 'rejected':
      return { status: 'rejected', rejection: decision.rejection };
    case 'accepted':
      return drafted(draft, decision.event, key);
    case 'unchanged':
      throw new Error(`nothing in ${draft.stream} is the first of what is repeated`);
  }
};

const drafted = (draft: Draft, event: LogEvent, key: RecordKey | undefined): Planned => {
  if (event.type === 'EntryReversed') {
    draft.reversals ??= new Map();
    draft.reversals.set(textOf(originalKey(event.data)), event.data.reversalId);
  }
  return { status: 'drafted', revision: draftEvent(draft, event, key), isDuplicate: false };
};

/** An event about no account, and what it counts under. */
type Keyed = { event: LogEvent; key: RecordKey };

const repeatOrDraft = async (parts: DecideParts, draft: Draft, what: Keyed): Promise<Planned> => {
  const first = await firstUnder(parts, draft, what.key);
  return first === undefined ? drafted(draft, what.event, what.key) : repeatOf(draft, first);
};

/** Answers as the first time: from the group in the making, or from the log. */
const repeatOf = (draft: Draft, first: Found | undefined): Planned => {
  if (first === undefined) throw new Error(`nothing in ${draft.stream} is the first of what is repeated`);
  const { revision, recorded } = first;
  if (recorded === undefined) return { status: 'drafted', revision, isDuplicate: true };
  return { status: 'recorded', isDuplicate: true, revision, position: recorded.position };
};

const repeatOfRevision = async (parts: DecideParts, draft: Draft, revision: number): Promise<Planned> => {
  if (draftedEvent(draft, revision) !== undefined) return { status: 'drafted', revision, isDuplicate: true };
  const { position } = await eventAt(parts, draft, revision);
  return { status: 'recorded', isDuplicate: true, revision, position };
};

const eventAt = async ({ log }: DecideParts, { stream }: Draft, revision: number): Promise<RecordedEvent<LogEvent>> => {
  const [event] = await log.readStream(stream, { from: revision, limit: 1 });
  if (event === undefined) throw new Error(`${stream} should have an event ${String(revision)}, and the log has none`);
  return event;
};

const accountEventOf = (draft: Draft, { event, recorded }: Found): NonNullable<Known['first']> => {
  if (!isAccountEvent(event) || (recorded !== undefined && recorded.stream !== draft.stream))
    throw new Error(`${event.type} stands in ${recorded?.stream ?? ''}, where only intake writes to ${draft.stream}`);
  return event;
};
