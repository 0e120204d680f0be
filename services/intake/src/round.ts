import { decide } from '@tollgate/balance';
import type { Command, Known } from '@tollgate/balance';
import { isAccountEvent } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { AppendResult, EventLog, RecordedEvent } from '@tollgate/event-store';
import { appendOf, draftEvent, draftedEvent, positionIn, startDraft } from './draft';
import type { Draft } from './draft';
import type { Intent, Outcome } from './ledger';
import type { LedgerIndex } from './ledger-index';
import { commandKey, recordKey, rejectionKey, streamOf } from './record-key';

export type Item = { intent: Intent; receivedAt: string };

export type RoundParts = {
  log: EventLog<LogEvent>;
  index: LedgerIndex;
  /** Streams whose last append ended in an error: what is in the log is read before they are used again. */
  suspects: Set<string>;
};

/** A final answer, or an event that a draft is about to append. */
type Planned = Outcome | { status: 'drafted'; draft: Draft; revision: number; isDuplicate: boolean };

/**
 * One round of the writer: decides every item in order, appends all of it in one durable write, hands out the answers, then
 * indexes what was appended. A stream that another writer moved on is caught up and its items are decided again: that
 * fencing, not the index, makes an id count once.
 */
export const runRound = async (
  parts: RoundParts,
  items: readonly Item[],
  answer: (outcomes: Outcome[]) => void,
): Promise<void> => {
  const outcomes: Outcome[] = [];
  const recorded: RecordedEvent<LogEvent>[] = [];
  try {
    let open = items.map((item, place) => ({ item, place }));
    while (open.length > 0) {
      const { planned, drafts } = await planAll(parts, open);
      const results = await appendAll(parts, drafts);
      for (const result of results.values())
        if (result.isAppended) for (const event of result.events) recorded.push(event);
      open = open.filter(({ place }, index) => {
        const outcome = settle(planned[index], results);
        if (outcome !== undefined) outcomes[place] = outcome;
        return outcome === undefined;
      });
    }
    answer(outcomes);
  } finally {
    await parts.index.add(recorded);
  }
};

const planAll = async (
  parts: RoundParts,
  open: readonly { item: Item }[],
): Promise<{ planned: Planned[]; drafts: Map<string, Draft> }> => {
  const drafts = new Map<string, Draft>();
  const planned: Planned[] = [];
  for (const { item } of open) {
    const stream = streamOf(item.intent);
    let draft = drafts.get(stream);
    if (draft === undefined) {
      if (parts.suspects.has(stream)) await catchUp(parts, stream);
      draft = startDraft(stream, parts.index.facts(stream));
      drafts.set(stream, draft);
    }
    planned.push(await plan(parts, draft, item));
  }
  return { planned, drafts };
};

const plan = async (parts: RoundParts, draft: Draft, { intent, receivedAt }: Item): Promise<Planned> => {
  if (intent.type === 'RejectMessage') return planRejection(parts, draft, intent);
  const first = revisionOfFirst(parts.index, draft, intent);
  const known =
    first === undefined && intent.type !== 'ReverseEntry'
      ? { account: draft.account }
      : await knownOf(parts, draft, { intent, first });
  const decision = decide(intent, known, receivedAt);
  switch (decision.outcome) {
    case 'rejected':
      return { status: 'rejected', rejection: decision.rejection };
    case 'accepted':
      return { status: 'drafted', draft, revision: draftEvent(draft, decision.event), isDuplicate: false };
    case 'unchanged':
      return repeatOf(parts, draft, first);
  }
};

const planRejection = async (
  parts: RoundParts,
  draft: Draft,
  { data }: Intent & { type: 'RejectMessage' },
): Promise<Planned> => {
  const first = revisionOfKey(parts.index, draft, rejectionKey(data));
  if (first !== undefined) return repeatOf(parts, draft, first);
  const revision = draftEvent(draft, { type: 'MessageRejected', data, metadata: {} });
  return { status: 'drafted', draft, revision, isDuplicate: false };
};

/** Revision of the event that made the intent's content so, absent if nothing has yet. */
const revisionOfFirst = (index: LedgerIndex, draft: Draft, command: Command): number | undefined => {
  switch (command.type) {
    case 'OpenAccount':
      return draft.account === undefined ? undefined : 0;
    case 'ChangeCutoff':
      return draft.account?.cutoffRevision;
    case 'RecordPayment':
    case 'ChargeUsage':
    case 'AdjustBalance':
    case 'ReverseEntry':
      return revisionOfKey(index, draft, commandKey(command));
  }
};

const revisionOfKey = (index: LedgerIndex, draft: Draft, key: string): number | undefined =>
  draft.keys.get(key) ?? index.revisionOf(key);

const knownOf = async (
  parts: RoundParts,
  draft: Draft,
  { intent, first }: { intent: Command; first: number | undefined },
): Promise<Known> => {
  const known: Known = { account: draft.account, first: await accountEventAt(parts, draft, first) };
  if (intent.type !== 'ReverseEntry') return known;
  const { of, accountId } = intent.data;
  const key = recordKey(of.kind, accountId, of.id);
  const original = await accountEventAt(parts, draft, revisionOfKey(parts.index, draft, key));
  return { ...known, original, reversedBy: draft.reversals.get(key) ?? parts.index.reversalOf(key) };
};

const accountEventAt = async (
  parts: RoundParts,
  draft: Draft,
  revision: number | undefined,
): Promise<Known['first']> => {
  if (revision === undefined) return undefined;
  const event = draftedEvent(draft, revision) ?? (await readEvent(parts, draft.stream, revision));
  if (!isAccountEvent(event)) throw new Error(`${event.type} stands in ${draft.stream}, where only intake writes`);
  return event;
};

/** Answers as the first time: from this round's draft, or from the log. */
const repeatOf = async (parts: RoundParts, draft: Draft, revision: number | undefined): Promise<Planned> => {
  if (revision === undefined) throw new Error(`nothing in ${draft.stream} is the first of what is repeated`);
  if (draftedEvent(draft, revision) !== undefined) return { status: 'drafted', draft, revision, isDuplicate: true };
  const { position } = await readEvent(parts, draft.stream, revision);
  return { status: 'recorded', isDuplicate: true, revision, position };
};

const readEvent = async ({ log }: RoundParts, stream: string, revision: number): Promise<RecordedEvent<LogEvent>> => {
  const [event] = await log.readStream(stream, { from: revision, limit: 1 });
  if (event === undefined)
    throw new Error(`the intake index names ${stream} ${String(revision)}, which the log does not have`);
  return event;
};

/** Appends what was drafted; streams that moved on are caught up and absent from the results' appended ones. */
const appendAll = async (
  parts: RoundParts,
  drafts: Map<string, Draft>,
): Promise<Map<Draft, AppendResult<LogEvent>>> => {
  const written = [...drafts.values()].filter(({ events }) => events.length > 0);
  const results = new Map<Draft, AppendResult<LogEvent>>();
  if (written.length === 0) return results;
  try {
    const appended = await parts.log.append(written.map(appendOf));
    appended.forEach((result, index) => {
      const draft = written[index];
      if (draft !== undefined) results.set(draft, result);
    });
  } catch (error) {
    for (const { stream } of written) parts.suspects.add(stream);
    throw error;
  }
  for (const [draft, result] of results) if (!result.isAppended) await catchUp(parts, draft.stream);
  return results;
};

/** The outcome, or nothing if its draft was refused and the item must be decided again. */
const settle = (planned: Planned | undefined, results: Map<Draft, AppendResult<LogEvent>>): Outcome | undefined => {
  if (planned?.status !== 'drafted') return planned;
  const result = results.get(planned.draft);
  if (result?.isAppended !== true) return undefined;
  const { draft, revision, isDuplicate } = planned;
  return { status: 'recorded', isDuplicate, revision, position: positionIn(result, draft, revision) };
};

const pageEvents = 1_000;

/** Indexes what the log holds of a stream beyond what the index knows. */
const catchUp = async ({ log, index, suspects }: RoundParts, stream: string): Promise<void> => {
  for (;;) {
    const events = await log.readStream(stream, { from: index.facts(stream).revision + 1, limit: pageEvents });
    await index.add(events);
    if (events.length < pageEvents) break;
  }
  suspects.delete(stream);
};
