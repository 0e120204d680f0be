import type { LogEvent } from '@tollgate/contracts';
import type { AppendResult, EventLog, RecordedEvent } from '@tollgate/event-store';
import { appendOf, positionIn, startDraft, startDrafts } from './draft';
import type { Draft, Drafts } from './draft';
import type { Outcome } from './intent';
import type { LedgerIndex } from './ledger-index';
import { plan } from './plan';
import type { Item, Planned } from './plan';
import { streamOf } from './record-key';

export type RoundParts = {
  log: EventLog<LogEvent>;
  index: LedgerIndex;
  /** Streams whose last append ended in an error: what is in the log is read before they are used again. */
  suspects: Set<string>;
};

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
    let open = items.map((_item, place) => place);
    while (open.length > 0) {
      const drafts = startDrafts();
      const decided = await planAll(
        parts,
        drafts,
        open.map((place) => items[place]),
      );
      const results = await appendAll(parts, drafts);
      for (const result of results.values())
        if (result.isAppended) for (const event of result.events) recorded.push(event);
      open = open.filter((place, index) => {
        const outcome = settle(decided[index], results);
        if (outcome !== undefined) outcomes[place] = outcome;
        return outcome === undefined;
      });
    }
    answer(outcomes);
  } finally {
    await parts.index.add(recorded);
  }
};

/**
 * What was planned, nothing if its stream has moved on, and on which draft: if that is not appended, the plan falls with it.
 */
type Decided = { draft: Draft; planned: Planned | undefined };

const planAll = async (parts: RoundParts, drafts: Drafts, items: readonly (Item | undefined)[]): Promise<Decided[]> => {
  const { log, index } = parts;
  const planParts = { log, index, drafts };
  const decided: Decided[] = [];
  for (const item of items) {
    if (item === undefined) continue;
    const draft = drafts.byStream.get(streamOf(item.intent)) ?? (await openDraft(parts, drafts, streamOf(item.intent)));
    const pending = plan(planParts, draft, item);
    const planned = pending instanceof Promise ? await pending : pending;
    const isStale = isUnfenced(item, planned) && (await isBehind(parts, draft));
    decided.push({ draft, planned: isStale ? undefined : planned });
  }
  return decided;
};

const openDraft = async (parts: RoundParts, drafts: Drafts, stream: string): Promise<Draft> => {
  if (parts.suspects.has(stream)) await catchUp(parts, stream);
  const draft = startDraft(stream, parts.index.facts(stream));
  drafts.byStream.set(stream, draft);
  return draft;
};

/**
 * Whether an answer appends nothing, so that no revision fences it, and could be another once the stream has moved on: an account
 * or an entry is missing, or a rule is in force already. That an id has counted is so for ever.
 */
const isUnfenced = ({ intent }: Item, { status }: Planned): boolean =>
  status === 'rejected' || (status === 'recorded' && intent.type === 'ChangeCutoff');

/** Whether another writer has moved the stream on since the draft was opened: what is so must be so in the log, not only in the index. */
const isBehind = async (parts: RoundParts, { stream, expectedRevision }: Draft): Promise<boolean> => {
  const news = await parts.log.readStream(stream, { from: expectedRevision + 1, limit: 1 });
  if (news.length > 0) await catchUp(parts, stream);
  return news.length > 0;
};

/** Appends what was drafted. A stream that moved on is caught up, and its result says that nothing was appended. */
const appendAll = async (parts: RoundParts, drafts: Drafts): Promise<Map<Draft, AppendResult<LogEvent>>> => {
  const written = [...drafts.byStream.values()].filter(({ events }) => events.length > 0);
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
const settle = (decided: Decided | undefined, results: Map<Draft, AppendResult<LogEvent>>): Outcome | undefined => {
  if (decided?.planned === undefined) return undefined;
  const { draft, planned } = decided;
  const result = results.get(draft);
  if (result?.isAppended === false) return undefined;
  if (planned.status !== 'drafted') return planned;
  if (result === undefined) throw new Error(`what was drafted for ${draft.stream} was not appended`);
  const { revision, isDuplicate } = planned;
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
