import type { Position } from '@tollgate/event-store';
import { textOf } from './projection-store';
import type { Changes, ProjectionStore, Value } from './projection-store';

/** Keys and their new values; `undefined` where a key is removed. */
type Buffer = Map<string, Value | undefined>;

type BufferOptions = {
  /** A key that changes with every event is written once in this time; a killed process folds as much again. Default 1 s. */
  flushDelayMs?: number;
  /** How many keys are gathered at most before they are written. Default 8,192. */
  flushEntries?: number;
};

/** Where so many groups wait, as when writes fail faster than commits come, nothing more is taken until it can be written. */
const fullFactor = 2;

/**
 * The same store with its changes gathered in memory and written in large groups, each with its position: a key that changes
 * with every event is encoded and written once a group. A killed process loses the last group, which the log gives again.
 * `commit` waits only while writing cannot keep up, and takes nothing more where it cannot go on.
 */
export const bufferStore = (store: ProjectionStore, options: BufferOptions = {}): ProjectionStore => {
  const { flushDelayMs = 1_000, flushEntries = 8_192 } = options;
  let current: Buffer = new Map();
  let writing: Buffer = new Map();
  let position: Position | undefined = store.position();
  let flushing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const writeOut = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing = current;
    current = new Map();
    try {
      await store.commit(changesOf(writing, position));
      writing = new Map();
    } catch (error) {
      for (const [key, value] of current) writing.set(key, value);
      current = writing;
      writing = new Map();
      throw error;
    }
  };
  const flush = (): Promise<void> => {
    flushing ??= writeOut().finally(() => {
      flushing = undefined;
      if (current.size > 0) timer ??= setTimeout(flushLater, flushDelayMs);
    });
    return flushing;
  };
  /** A group that could not be written stays in memory and is tried again; `commit` reports it once too much waits. */
  const flushLater = (): void => {
    clearTimeout(timer);
    timer = undefined;
    flush().catch(() => undefined);
  };

  return {
    get: (key) => {
      const holder = current.has(key) ? current : writing;
      if (!holder.has(key)) return store.get(key);
      const value = holder.get(key);
      return value === undefined ? undefined : textOf(value);
    },
    list: ({ limit = Infinity, ...range }) => {
      const waiting = selectFrom([writing, current], range);
      return first(limit, laidOver(store.list({ ...range, limit: limit + waiting.size }), waiting));
    },
    commit: async (changes) => {
      if (current.size >= fullFactor * flushEntries) await flush();
      for (const [key, value] of changes.puts) current.set(key, value);
      for (const key of changes.removes ?? []) current.set(key, undefined);
      position = changes.position ?? position;
      if (current.size < flushEntries) timer ??= setTimeout(flushLater, flushDelayMs);
      else if (flushing === undefined) flushLater();
      else await flushing;
    },
    position: () => position,
    close: async () => {
      try {
        while (current.size > 0 || flushing !== undefined || store.position() !== position) await flush();
      } finally {
        clearTimeout(timer);
        await store.close();
      }
    },
  };
};

/** The selected changes of some buffers, later ones winning. */
const selectFrom = (
  buffers: readonly Buffer[],
  { prefix, after }: { prefix: string; after?: string | undefined },
): Buffer => {
  const selected: Buffer = new Map();
  for (const buffer of buffers)
    for (const [key, value] of buffer)
      if (key.startsWith(prefix) && (after === undefined || key > prefix + after)) selected.set(key, value);
  return selected;
};

/** Stored entries with what waits to be written: a list neither waits for the disk nor needs room on it. */
async function* laidOver(
  stored: AsyncIterable<[key: string, value: string]>,
  waiting: Buffer,
): AsyncGenerator<[key: string, value: string]> {
  const keys = [...waiting.keys()].sort();
  let place = 0;
  function* through(last?: string): Generator<[string, string]> {
    for (let key = keys[place]; key !== undefined && (last === undefined || key <= last); key = keys[place]) {
      place += 1;
      const value = waiting.get(key);
      if (value !== undefined) yield [key, textOf(value)];
    }
  }
  for await (const entry of stored) {
    yield* through(entry[0]);
    if (!waiting.has(entry[0])) yield entry;
  }
  yield* through();
}

async function* first<Entry>(count: number, entries: AsyncIterable<Entry>): AsyncGenerator<Entry> {
  let left = count;
  for await (const entry of entries) {
    if (left === 0) return;
    left -= 1;
    yield entry;
  }
}

const changesOf = (buffer: Buffer, position: Position | undefined): Changes => {
  const puts: [string, Value][] = [];
  const removes: string[] = [];
  for (const [key, value] of buffer) {
    if (value === undefined) removes.push(key);
    else puts.push([key, value]);
  }
  return { puts, removes, position };
};
