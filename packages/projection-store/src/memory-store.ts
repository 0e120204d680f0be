import type { Position } from '@tollgate/event-store';
import { textOf } from './projection-store';
import type { ProjectionStore } from './projection-store';

/** A projection store in memory, for unit tests and simulations. `turn` is awaited where a real one waits for the disk. */
export const createMemoryStore = (turn: () => Promise<void> = () => Promise.resolve()): ProjectionStore => {
  const entries = new Map<string, string>();
  let stored: Position | undefined;
  return {
    get: (key) => entries.get(key),
    async *list({ prefix, after, limit }) {
      await turn();
      const keys = [...entries.keys()]
        .filter((key) => key.startsWith(prefix) && (after === undefined || key > prefix + after))
        .sort();
      for (const key of keys.slice(0, limit)) yield [key, entries.get(key) ?? ''];
    },
    commit: async ({ puts, removes = [], position }) => {
      await turn();
      for (const [key, value] of puts) entries.set(key, textOf(value));
      for (const key of removes) entries.delete(key);
      stored = position ?? stored;
      await turn();
    },
    position: () => stored,
    close: turn,
  };
};
