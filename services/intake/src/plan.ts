import { decide } from '@tollgate/balance';
import type { Command, Decision, Known } from '@tollgate/balance';
import { isAccountEvent } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, RecordedEvent } from '@tollgate/event-store';
import { draftEvent, draftedEvent } from './draft';
import type { Draft, Drafts } from './draft';
import type { Intent, Outcome } from './intent';
import type { LedgerIndex } from './ledger-index';
import { commandKey, recordKey, rejectionKey } from './record-key';

/** An intent and when it reached us, RFC 3339 UTC. */
export type Item = { intent: Intent; receivedAt: string };

/** A final answer, or an event that a draft is about to append. */
export type Planned = Outcome | { status: 'drafted'; revision: number; isDuplicate: boolean };

export type PlanParts = { log: EventLog<LogEvent>; index: LedgerIndex; drafts: Drafts };

/**
 * Decides one intent on what the log and the drafts before it say. Only what repeats or reverses something must read the log;
 * all else is planned without waiting.
 */
export const plan = (parts: PlanParts, draft: Draft, { intent, receivedAt }: Item): Planned | Promise<Planned> => {
  if (intent.type === 'RejectMessage') return planRejection(parts, draft, intent);
  const first = revisionOfFirst(parts, draft, intent);
  if (first !== undefined || intent.type === 'ReverseEntry')
    return planOnHistory(parts, draft, { intent, receivedAt, first });
  return settleDecision(parts, draft, decide(intent, { account: draft.account }, receivedAt));
};

type CommandItem = { intent: Command; receivedAt: string; first: number | undefined };

const planOnHistory = async (
  parts: PlanParts,
  draft: Draft,
  { intent, receivedAt, first }: CommandItem,
): Promise<Planned> => {
  const known: Known = { account: draft.account, first: await accountEventAt(parts, draft, first) };
  const decision = decide(
    intent,
    intent.type === 'ReverseEntry' ? { ...known, ...(await reversedOf(parts, draft, intent)) } : known,
    receivedAt,
  );
  if (decision.outcome === 'unchanged') return repeatOf(parts, draft, first);
  return settleDecision(parts, draft, decision);
};

const settleDecision = (parts: PlanParts, draft: Draft, decision: Decision): Planned => {
  switch (decision.outcome) {
    case 'rejected':
      return { status: 'rejected', rejection: decision.rejection };
    case 'accepted':
      return {
        status: 'drafted',
        revision: draftEvent(parts.drafts, draft, decision.event),
        isDuplicate: false,
      };
    case 'unchanged':
      throw new Error(`nothing in ${draft.stream} is the first of what is repeated`);
  }
};

const planRejection = (
  parts: PlanParts,
  draft: Draft,
  { data }: Intent & { type: 'RejectMessage' },
): Planned | Promise<Planned> => {
  const first = revisionOfKey(parts, rejectionKey(data));
  if (first !== undefined) return repeatOf(parts, draft, first);
  const revision = draftEvent(parts.drafts, draft, { type: 'MessageRejected', data, metadata: {} });
  return { status: 'drafted', revision, isDuplicate: false };
};

/** Revision of the event that made the intent's content so, absent if nothing has yet. */
const revisionOfFirst = (parts: PlanParts, draft: Draft, command: Command): number | undefined => {
  switch (command.type) {
    case 'OpenAccount':
      return draft.account === undefined ? undefined : 0;
    case 'ChangeCutoff':
      return draft.account?.cutoffRevision;
    case 'RecordPayment':
    case 'ChargeUsage':
    case 'AdjustBalance':
    case 'ReverseEntry':
      return revisionOfKey(parts, commandKey(command));
  }
};

const revisionOfKey = ({ drafts, index }: PlanParts, key: string): number | undefined =>
  drafts.keys.get(key) ?? index.revisionOf(key);

/** The entry a reversal names, and the reversal that undid it before. */
const reversedOf = async (parts: PlanParts, draft: Draft, { data }: Command & { type: 'ReverseEntry' }) => {
  const key = recordKey(data.of.kind, data.accountId, data.of.id);
  return {
    original: await accountEventAt(parts, draft, revisionOfKey(parts, key)),
    reversedBy: parts.drafts.reversals.get(key) ?? parts.index.reversalOf(key),
  };
};

const accountEventAt = async (
  parts: PlanParts,
  draft: Draft,
  revision: number | undefined,
): Promise<Known['first']> => {
  if (revision === undefined) return undefined;
  const event = draftedEvent(draft, revision) ?? (await readEvent(parts, draft.stream, revision));
  if (!isAccountEvent(event)) throw new Error(`${event.type} stands in ${draft.stream}, where only intake writes`);
  return event;
};

/** Answers as the first time: from this round's draft, or from the log. */
const repeatOf = async (parts: PlanParts, draft: Draft, revision: number | undefined): Promise<Planned> => {
  if (revision === undefined) throw new Error(`nothing in ${draft.stream} is the first of what is repeated`);
  if (draftedEvent(draft, revision) !== undefined) return { status: 'drafted', revision, isDuplicate: true };
  const { position } = await readEvent(parts, draft.stream, revision);
  return { status: 'recorded', isDuplicate: true, revision, position };
};

const readEvent = async ({ log }: PlanParts, stream: string, revision: number): Promise<RecordedEvent<LogEvent>> => {
  const [event] = await log.readStream(stream, { from: revision, limit: 1 });
  if (event === undefined)
    throw new Error(`the intake index names ${stream} ${String(revision)}, which the log does not have`);
  return event;
};
