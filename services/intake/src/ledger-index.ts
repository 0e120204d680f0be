import { LRUCache } from 'lru-cache';
import type { CutoffSetting } from '@tollgate/balance';
import type { LogEvent } from '@tollgate/contracts';
import type { Position, RecordedEvent } from '@tollgate/event-store';
import type { Changes, ProjectionStore } from '@tollgate/projection-store';
import { eventKey, recordKey } from './record-key';

/** What intake knows of one stream it writes to. `revision` is the last event indexed: the one an append expects. */
export type StreamFacts = {
  readonly revision: number;
  /** Of an account stream only. */
  readonly account?: AccountFacts | undefined;
};

export type AccountFacts = {
  readonly currency: string;
  readonly cutoff?: CutoffSetting | undefined;
  /** Revision of the event that set the rule in force: the opening or the last change. */
  readonly cutoffRevision: number;
};

/**
 * Which ids have counted, in which revision of their stream, and who reversed what: derived from the log. It is never
 * ahead of the log, and being behind is harmless, because an append with a stale revision is refused.
 */
export type LedgerIndex = {
  facts(stream: string): StreamFacts;
  /** Revision of the event recorded under a key, absent if none is. */
  revisionOf(key: string): number | undefined;
  /** Id of the reversal that undid the entry under a key. */
  reversalOf(key: string): string | undefined;
  /** Indexes events of the log; those known already are passed over. With `position`, the log is indexed up to there. */
  add(events: readonly RecordedEvent<LogEvent>[], position?: Position): Promise<void>;
  position(): Position | undefined;
};

const cachedStreams = 50_000;
const unknownStream: StreamFacts = { revision: -1 };
/** A position is stored at the latest after so many foreign events; a restart reads again what came after it. */
const lazyPositions = 5_000n;

export const createLedgerIndex = (store: ProjectionStore): LedgerIndex => {
  const cache = new LRUCache<string, StreamFacts>({ max: cachedStreams });
  let adding: Promise<void> = Promise.resolve();

  const facts = (stream: string): StreamFacts => {
    const cached = cache.get(stream);
    if (cached !== undefined) return cached;
    const stored = store.get(factsKey(stream));
    const found = stored === undefined ? unknownStream : (JSON.parse(stored) as StreamFacts);
    cache.set(stream, found);
    return found;
  };

  const addNow = async (events: readonly RecordedEvent<LogEvent>[], position: Position | undefined): Promise<void> => {
    const changed = new Map<string, StreamFacts>();
    const puts: [string, string | (() => string)][] = [];
    for (const event of events) {
      const before = changed.get(event.stream) ?? facts(event.stream);
      if (event.revision <= before.revision) continue;
      changed.set(event.stream, {
        revision: event.revision,
        account: accountAfter(before.account, event, event.revision),
      });
      puts.push(...entriesOf(event));
    }
    for (const [stream, after] of changed) puts.push([factsKey(stream), () => JSON.stringify(after)]);
    const isWorthStoring = puts.length > 0 || (position ?? 0n) - (store.position() ?? 0n) >= lazyPositions;
    if (isWorthStoring) await commit(changed, { puts, position });
  };

  const commit = async (changed: ReadonlyMap<string, StreamFacts>, changes: Changes): Promise<void> => {
    try {
      await store.commit(changes);
    } catch (error) {
      // Taken or not: only the store knows.
      for (const stream of changed.keys()) cache.delete(stream);
      throw error;
    }
    for (const [stream, after] of changed) cache.set(stream, after);
  };

  return {
    facts,
    revisionOf: (key) => {
      const revision = store.get(key);
      return revision === undefined ? undefined : Number(revision);
    },
    reversalOf: (key) => store.get(reversedKey(key)),
    add: (events, position) => {
      const added = adding.then(() => addNow(events, position));
      adding = added.catch(() => undefined);
      return added;
    },
    position: () => store.position(),
  };
};

const factsKey = (stream: string): string => `stream ${stream}`;
const reversedKey = (key: string): string => `reversed ${key}`;

/** The account's facts after one more event of its stream. */
export const accountAfter = (
  account: AccountFacts | undefined,
  event: LogEvent,
  revision: number,
): AccountFacts | undefined => {
  if (event.type === 'AccountOpened')
    return { currency: event.data.currency, cutoff: event.data.cutoff, cutoffRevision: revision };
  if (event.type === 'CutoffChanged' && account !== undefined)
    return { ...account, cutoff: event.data, cutoffRevision: revision };
  return account;
};

const entriesOf = (event: RecordedEvent<LogEvent>): [string, string][] => {
  const key = eventKey(event);
  if (key === undefined) return [];
  const entry: [string, string] = [key, String(event.revision)];
  if (event.type !== 'EntryReversed') return [entry];
  const { accountId, of, reversalId } = event.data;
  return [entry, [reversedKey(recordKey(of.kind, accountId, of.id)), reversalId]];
};
