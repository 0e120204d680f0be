import type { AccountTable } from '@tollgate/account-table';
import type { LogEvent } from '@tollgate/contracts';
import { LogUnavailable } from '@tollgate/event-store';
import type { EventLog, Position, StreamAppend } from '@tollgate/event-store';
import type { NumberKeys } from '@tollgate/number-keys';
import { decideItem } from './decide-item';
import type { Item, Outcome, Planned } from './intent';
import { NumbersSealed } from './look-up';
import { draftFor, draftedEvent, positionIn } from './overlay';
import type { Draft, Overlay } from './overlay';
import { streamOf } from './record-key';

export type WriterParts = {
  log: EventLog<LogEvent>;
  table: AccountTable;
  /** What numbers are sealed with; absent where they are recorded as they are. */
  numberKeys: NumberKeys | undefined;
  /** Streams of which it is not known whether the last append was recorded: the log is read before they are used again. */
  suspects: Set<string>;
  closing: AbortSignal;
};

/** An outcome, or why there is none: then nothing is known to be recorded, and the same again is safe. */
export type Result = Outcome | LogUnavailable;

/**
 * One group: decides every item in order, appends all of it in one durable write and gives each its outcome. A stream that another
 * writer moved on is caught up, and the items of that stream alone are decided again: that fencing makes an id count once,
 * whoever else writes. Throws where the log contradicts itself: then nothing may be written any more.
 */
export const writeGroup = async (parts: WriterParts, items: readonly Item[]): Promise<Result[]> => {
  const results = new Array<Result>(items.length);
  let open: readonly Item[] = items;
  /** Where each of the open items stands among all. */
  let places: readonly number[] | undefined;
  while (open.length > 0) {
    const overlay: Overlay = new Map();
    const decided = await decideAll(parts, overlay, open);
    await appendAll(parts, overlay);
    const { last, again } = placeResults(decided, places, results);
    if (last !== undefined) await reach(parts, last);
    places = again;
    open = again.flatMap((place) => items[place] ?? []);
  }
  return results;
};

/** Puts each result in its place; returns the furthest position, and the places of what must be decided again. */
const placeResults = (
  decided: readonly Decided[],
  places: readonly number[] | undefined,
  results: Result[],
): { last: Position | undefined; again: number[] } => {
  let last: Position | undefined;
  const again: number[] = [];
  let index = 0;
  for (const one of decided) {
    const place = places?.[index] ?? index;
    index += 1;
    const result = resultOf(one);
    if (result === undefined) again.push(place);
    else {
      results[place] = result;
      if ('position' in result && (last === undefined || result.position > last)) last = result.position;
    }
  }
  return { last, again };
};

/**
 * What was planned, nothing if its stream has moved on, or why it cannot be decided now; and on which draft: if that is not appended, the
 * plan falls with it.
 */
type Decided = { draft: Draft; planned: Planned | NumbersSealed | undefined };

const decideAll = async (parts: WriterParts, overlay: Overlay, items: readonly Item[]): Promise<Decided[]> => {
  const { table, suspects } = parts;
  const decided: Decided[] = [];
  // By index: in an async function, stepping through an array makes an object for each of its items.
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index] as Item;
    if (suspects.size > 0) await clear(parts, streamOf(item.intent));
    const draft = draftFor(table, overlay, item.intent);
    const pending = decideItem(parts, draft, item);
    const planned = pending instanceof Promise ? await pending.catch(sealedOrThrow) : pending;
    const isStale = isUnfenced(item, planned) && (await isBehind(parts, draft));
    decided.push({ draft, planned: isStale ? undefined : planned });
  }
  return decided;
};

/** Numbers that cannot be compared concern nobody else of the group. What is repeated is always looked up, so that nothing throws it at once. */
const sealedOrThrow = (error: unknown): NumbersSealed => {
  if (error instanceof NumbersSealed) return error;
  throw error;
};

/**
 * Whether an answer appends nothing, so that no revision fences it, and could be another once the stream has moved on: an account
 * or an entry is missing, or a rule is in force already. That an id has counted is so for ever.
 */
const isUnfenced = ({ intent }: Item, planned: Planned | NumbersSealed): boolean => {
  if (planned instanceof NumbersSealed) return false;
  const { status } = planned;
  return status === 'rejected' || status === 'refused' || (status === 'recorded' && intent.type === 'ChangeCutoff');
};

/** Whether another writer has moved the stream on: what is so must be so in the log, not only in the table. */
const isBehind = async (parts: WriterParts, { stream, expectedRevision }: Draft): Promise<boolean> => {
  const [news] = await parts.log.readStream(stream, { from: expectedRevision + 1, limit: 1 });
  if (news !== undefined) await reach(parts, news.position);
  return news !== undefined;
};

/** Appends what was drafted; each draft then has its result. A write that was refused before it began recorded nothing. */
const appendAll = async (parts: WriterParts, overlay: Overlay): Promise<void> => {
  const drafts = draftsToAppend(overlay);
  const { numberKeys } = parts;
  const appends = numberKeys === undefined ? drafts : await sealed(numberKeys, drafts);
  if (appends.length === 0) return;
  const appended = drafts.filter(({ unsealed }) => unsealed === undefined);
  try {
    const results = await parts.log.append(appends);
    appended.forEach((draft, index) => {
      draft.result = results[index];
    });
  } catch (error) {
    if (!(error instanceof LogUnavailable)) throw error;
    for (const draft of appended) draft.result = { status: 'unknown', error };
    return;
  }
  for (const draft of appended.filter(({ result }) => result?.status !== 'recorded')) await settle(parts, draft);
};

/** What is recorded of the drafts: of one with numbers that cannot be sealed nothing, since what follows them was decided on them. */
const sealed = async (numberKeys: NumberKeys, drafts: readonly Draft[]): Promise<StreamAppend<LogEvent>[]> => {
  const seal = await numberKeys.sealerFor(drafts.flatMap(({ events }) => events));
  return drafts.flatMap((draft) => {
    const { stream, expectedRevision } = draft;
    const events = draft.events.map((event) => {
      try {
        return seal(event);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        draft.unsealed ??= new Map();
        draft.unsealed.set(event, new LogUnavailable(why, { cause: error }));
        return event;
      }
    });
    return draft.unsealed === undefined ? [{ stream, expectedRevision, events }] : [];
  });
};

const draftsToAppend = (overlay: Overlay): Draft[] => {
  const drafts: Draft[] = [];
  for (const draft of overlay.values()) if (draft.events.length > 0) drafts.push(draft);
  return drafts;
};

const settle = async (parts: WriterParts, { stream, expectedRevision, result }: Draft): Promise<void> => {
  if (result === undefined) throw new Error(`the log did not say what became of ${stream}`);
  if (result.status === 'unknown') parts.suspects.add(stream);
  if (result.status !== 'conflict') return;
  const { currentRevision } = result;
  if (currentRevision <= expectedRevision)
    throw new Error(
      `${stream} ends at revision ${String(currentRevision)}, though ${String(expectedRevision)} was read from it: the log contradicts itself`,
    );
  await catchUp(parts, stream);
  if (parts.table.revisionOf(stream) < currentRevision)
    throw new Error(`${stream} refuses an append for its revision ${String(currentRevision)}, which it does not hold`);
};

/** Nothing, if the item must be decided again. */
const resultOf = ({ draft, planned }: Decided): Result | undefined => {
  if (planned === undefined || planned instanceof NumbersSealed) return planned;
  return draft.unsealed === undefined ? appendedOf(draft, planned) : unsealedOf(draft, planned);
};

const appendedOf = (draft: Draft, planned: Planned): Result | undefined => {
  if (draft.result?.status === 'conflict') return undefined;
  if (draft.result?.status === 'unknown') return draft.result.error;
  if (planned.status !== 'drafted') return planned;
  if (draft.result === undefined) throw new Error(`what was drafted for ${draft.stream} was not appended`);
  const { revision, isDuplicate, event } = planned;
  const position = positionIn(draft, draft.result.positions, revision);
  if (event === undefined) return { status: 'recorded', isDuplicate, revision, position };
  return { status: 'recorded', isDuplicate, revision, position, event };
};

/** To its sender, that an event cannot be sealed is as if the log could not be written; what it held up is decided again without it. */
const unsealedOf = (draft: Draft, planned: Planned): LogUnavailable | undefined => {
  const event = planned.status === 'drafted' ? draftedEvent(draft, planned.revision) : undefined;
  return event && draft.unsealed?.get(event);
};

/** Of a suspect stream, what the log holds is known again after this. */
const clear = async (parts: WriterParts, stream: string): Promise<void> => {
  if (!parts.suspects.has(stream)) return;
  await catchUp(parts, stream);
  parts.suspects.delete(stream);
};

/** Waits until the table has what the log holds of a stream now. */
const catchUp = async (parts: WriterParts, stream: string): Promise<void> => {
  for (;;) {
    const [news] = await parts.log.readStream(stream, { from: parts.table.revisionOf(stream) + 1, limit: 1 });
    if (news === undefined) return;
    await reach(parts, news.position);
  }
};

const patienceMs = 1_000;

/** Waits until the table has folded the log up to there: at once, unless the table follows a log that is elsewhere. */
const reach = async ({ table, closing }: WriterParts, position: Position): Promise<void> => {
  const place = Number(position);
  while (table.place() < place && !(await table.reached(place, patienceMs)))
    if (closing.aborted) throw new LogUnavailable('the ledger is closing');
};
