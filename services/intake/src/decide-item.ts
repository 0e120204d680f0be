import { lossKey, rejectionKey, reversedKey } from '@tollgate/account-table';
import type { RecordKey } from '@tollgate/account-table';
import { decide } from '@tollgate/balance';
import type { Command, Decision, Known, Metadata, RecordCommand, Settlement } from '@tollgate/balance';
import { isAccountEvent } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import type { NumberField } from '@tollgate/number-keys';
import { decideAcknowledgement } from './decide-acknowledgement';
import { decideOnCall, restorationFor, settlementFor } from './decide-on-call';
import { decideStatement } from './decide-statement';
import { isAboutCall, isNotice } from './intent';
import type { Item, Notice, Planned } from './intent';
import { accountEventOf, firstUnder, isNew, openedFirst, recordedUnder } from './look-up';
import type { Found, LookUpParts } from './look-up';
import { draftEvent, draftedEvent } from './overlay';
import type { Draft } from './overlay';
import { commandKey, originalKey, textOf } from './record-key';

/**
 * Decides one item on what is durable and on what the group before it will make true. Only what may repeat or reverse something
 * must read the log; all else is decided without waiting.
 */
export const decideItem = (
  parts: LookUpParts,
  draft: Draft,
  { intent, metadata }: Item,
): Planned | Promise<Planned> => {
  if (isAboutCall(intent)) return decideOnCall(parts, draft, { command: intent, metadata });
  if (isNotice(intent)) return decideNotice(parts, draft, intent);
  switch (intent.type) {
    case 'CloseStatement':
      return decideStatement(parts, draft, { intent, metadata });
    case 'OpenAccount':
    case 'ChangeCutoff':
      return decideOnAccount(parts, draft, { command: intent, metadata });
    case 'ReverseEntry':
      return decideOnHistory(parts, draft, { command: intent, key: commandKey(intent), metadata });
    case 'RecordPayment':
    case 'ChargeUsage':
    case 'AdjustBalance':
      return decideOnRecord(parts, draft, { command: intent, key: commandKey(intent), metadata });
  }
};

const decideOnRecord = (parts: LookUpParts, draft: Draft, record: OnRecord): Planned | Promise<Planned> => {
  const { command, key, metadata } = record;
  if (!isNew(parts.table, draft, key)) return decideOnHistory(parts, draft, record);
  if (command.type !== 'ChargeUsage' || (command.unread ?? command.data).authorizationId === undefined)
    return settle(draft, decide(command, draft, metadata), key);
  return decideOnSettlement(parts, draft, { command, key, metadata });
};

const decideOnSettlement = (
  parts: LookUpParts,
  draft: Draft,
  { command, key, metadata }: OnRecord<Extract<RecordCommand, { type: 'ChargeUsage' }>>,
): Planned | Promise<Planned> => {
  const charge = (settlement: Settlement | undefined): Planned =>
    settle(draft, decide(command, { account: draft.account, settlement }, metadata), key);
  const settlement = settlementFor(parts, draft, command.data);
  return settlement instanceof Promise ? settlement.then(charge) : charge(settlement);
};

const decideNotice = (parts: LookUpParts, draft: Draft, notice: Notice): Planned | Promise<Planned> => {
  switch (notice.type) {
    case 'RejectMessage': {
      const event = { type: 'MessageRejected', data: notice.data, metadata: {} } as const;
      return decideMessage(parts, draft, { event, key: rejectionKey(notice.data) });
    }
    case 'NoteLostInput': {
      const event = { type: 'InputLost', data: notice.data, metadata: {} } as const;
      return decideMessage(parts, draft, { event, key: lossKey(notice.data) });
    }
    case 'AcknowledgeCommand':
      return decideAcknowledgement(parts, draft, notice.data);
  }
};

const decideMessage = (parts: LookUpParts, draft: Draft, what: Keyed): Planned | Promise<Planned> =>
  isNew(parts.table, draft, what.key) ? drafted(draft, what.event, what.key) : repeatOrDraft(parts, draft, what);

type OnAccount = Extract<Command, { type: 'OpenAccount' | 'ChangeCutoff' }>;

const decideOnAccount = (
  parts: LookUpParts,
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
  parts: LookUpParts,
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
  parts: LookUpParts,
  draft: Draft,
  { command, key, metadata }: OnRecord,
): Promise<Planned> => {
  const first = await firstUnder(parts, draft, key);
  const opened = first && openedFirst(parts, draft, first);
  const known: Known = { account: draft.account, first: opened?.event, shredded: opened?.shredded };
  if (first === undefined && command.type === 'ReverseEntry')
    Object.assign(known, await reversed(parts, draft, command));
  if (first === undefined && command.type === 'ChargeUsage')
    known.settlement = await settlementFor(parts, draft, command.data);
  const decision = decide(command, known, metadata);
  if (decision.outcome === 'unchanged') return repeatOf(draft, first, opened?.shredded);
  return settle(draft, decision, key);
};

/** The entry a reversal names, and the reversal that undid it before. */
const reversed = async (
  parts: LookUpParts,
  draft: Draft,
  { data }: Extract<Command, { type: 'ReverseEntry' }>,
): Promise<Pick<Known, 'original' | 'reversedBy' | 'restored'>> => {
  const key = originalKey(data);
  const found = await firstUnder(parts, draft, key);
  const drafted = draft.reversals?.get(textOf(key));
  const reversal = drafted === undefined ? await recordedUnder(parts, reversedKey(data)) : undefined;
  const original = found && accountEventOf(draft, found);
  return {
    original,
    reversedBy: drafted ?? (reversal?.type === 'EntryReversed' ? reversal.data.reversalId : undefined),
    restored: original && restorationFor(parts, draft, original),
  };
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

const repeatOrDraft = async (parts: LookUpParts, draft: Draft, what: Keyed): Promise<Planned> => {
  const first = await firstUnder(parts, draft, what.key);
  return first === undefined ? drafted(draft, what.event, what.key) : repeatOf(draft, first);
};

/** Answers as the first time: from the group in the making, or from the log. */
const repeatOf = (draft: Draft, first: Found | undefined, shredded?: readonly NumberField[]): Planned => {
  if (first === undefined) throw new Error(`nothing in ${draft.stream} is the first of what is repeated`);
  const { revision, recorded } = first;
  if (recorded === undefined) return { status: 'drafted', revision, isDuplicate: true };
  return {
    status: 'recorded',
    isDuplicate: true,
    revision,
    position: recorded.position,
    ...(shredded && { shredded }),
  };
};

const repeatOfRevision = async (parts: LookUpParts, draft: Draft, revision: number): Promise<Planned> => {
  if (draftedEvent(draft, revision) !== undefined) return { status: 'drafted', revision, isDuplicate: true };
  const { position } = await eventAt(parts, draft, revision);
  return { status: 'recorded', isDuplicate: true, revision, position };
};

const eventAt = async ({ log }: LookUpParts, { stream }: Draft, revision: number): Promise<RecordedEvent<LogEvent>> => {
  const [event] = await log.readStream(stream, { from: revision, limit: 1 });
  if (event === undefined) throw new Error(`${stream} should have an event ${String(revision)}, and the log has none`);
  return event;
};
