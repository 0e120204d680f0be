import type { Position } from '@tollgate/event-store';
import { bufferStore } from './buffered-store';
import { textOf } from './projection-store';
import type { Changes, ProjectionStore } from './projection-store';

/** A store that keeps what it was given, group by group, and can be made to refuse. */
const recordingStore = () => {
  const groups: Changes[] = [];
  const entries = new Map<string, string>();
  let isFull = false;
  let stored: Position | undefined;
  const store: ProjectionStore = {
    get: (key) => entries.get(key),
    async *list({ prefix }) {
      await Promise.resolve();
      yield* [...entries].filter(([key]) => key.startsWith(prefix)).sort();
    },
    commit: async (changes) => {
      await new Promise(setImmediate);
      if (isFull) throw new Error('no space left');
      groups.push(changes);
      for (const [key, value] of changes.puts) entries.set(key, textOf(value));
      for (const key of changes.removes ?? []) entries.delete(key);
      stored = changes.position ?? stored;
    },
    position: () => stored,
    close: () => Promise.resolve(),
  };
  return { store, groups, entries, setFull: (full: boolean) => (isFull = full) };
};

describe('a buffered store', () => {
  test('reads its own writes at once, before and while they are written out', async () => {
    const { store } = recordingStore();
    const buffered = bufferStore(store, { flushDelayMs: 20 });
    await buffered.commit({ puts: [['a', '1']], position: 1n });
    expect(buffered.get('a')).toBe('1');
    expect(buffered.position()).toBe(1n);
    const closing = buffered.close();
    expect(buffered.get('a')).toBe('1');
    await closing;
    expect(store.get('a')).toBe('1');
  });

  test('encodes and writes a key once a group, with its last value and the last position', async () => {
    const { store, groups } = recordingStore();
    const buffered = bufferStore(store, { flushDelayMs: 20 });
    const encoded: number[] = [];
    for (let turn = 1; turn <= 5; turn += 1) {
      const value = () => {
        encoded.push(turn);
        return String(turn);
      };
      await buffered.commit({ puts: [['a', value]], position: BigInt(turn) });
    }
    await buffered.close();
    expect(encoded).toEqual([5]);
    expect(groups).toHaveLength(1);
    expect(groups[0]?.position).toBe(5n);
  });

  test('a removed key is gone at once, and stays gone', async () => {
    const { store, entries } = recordingStore();
    entries.set('a', 'old');
    const buffered = bufferStore(store, { flushDelayMs: 20 });
    await buffered.commit({ puts: [], removes: ['a'], position: 1n });
    expect(buffered.get('a')).toBeUndefined();
    await buffered.close();
    expect(entries.has('a')).toBe(false);
  });

  test('a list holds what is still in memory', async () => {
    const buffered = bufferStore(recordingStore().store, { flushDelayMs: 20 });
    await buffered.commit({
      puts: [
        ['k 1', 'x'],
        ['k 2', 'y'],
      ],
      position: 1n,
    });
    const listed: [string, string][] = [];
    for await (const entry of buffered.list({ prefix: 'k ' })) listed.push(entry);
    expect(listed).toEqual([
      ['k 1', 'x'],
      ['k 2', 'y'],
    ]);
    await buffered.close();
  });

  test('a list lays what waits over what is stored, in key order, and needs no room on the disk', async () => {
    const { store, entries, setFull } = recordingStore();
    for (const key of ['k a', 'k c', 'k e', 'k g', 'l']) entries.set(key, 'stored');
    const buffered = bufferStore(store, { flushDelayMs: 20 });
    setFull(true);
    const puts: [string, string][] = ['j', 'k b', 'k c', 'k h'].map((key) => [key, 'waits']);
    await buffered.commit({ puts, removes: ['k a', 'k g', 'k x'], position: 1n });
    const listed = async (limit?: number): Promise<string[]> => {
      const found: string[] = [];
      for await (const [key, value] of buffered.list({ prefix: 'k ', ...(limit !== undefined && { limit }) }))
        found.push(`${key} ${value}`);
      return found;
    };
    const all = ['k b waits', 'k c waits', 'k e stored', 'k h waits'];
    expect(await listed()).toEqual(all);
    for (let limit = 0; limit < 5; limit += 1) expect(await listed(limit)).toEqual(all.slice(0, limit));
    setFull(false);
    await buffered.close();
  });

  test('what could not be written stays readable and is written once there is room, newer values winning', async () => {
    const { store, setFull } = recordingStore();
    const buffered = bufferStore(store, { flushDelayMs: 20 });
    setFull(true);
    await buffered.commit({
      puts: [
        ['a', '1'],
        ['b', '1'],
      ],
      position: 1n,
    });
    await new Promise((resolve) => setTimeout(resolve, 150));
    await buffered.commit({ puts: [['a', '2']], position: 2n });
    expect([buffered.get('a'), buffered.get('b')]).toEqual(['2', '1']);
    expect(store.position()).toBeUndefined();
    setFull(false);
    await buffered.close();
    expect([store.get('a'), store.get('b'), store.position()]).toEqual(['2', '1', 2n]);
  });

  test('takes nothing more where writes fail faster than commits come, and goes on once they do not', async () => {
    const { store, setFull } = recordingStore();
    const buffered = bufferStore(store, { flushDelayMs: 20, flushEntries: 10 });
    setFull(true);
    const put = (index: number) =>
      buffered.commit({ puts: [[`key ${String(index)}`, '1']], position: BigInt(index + 1) });
    const commits = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => put(index)));
    expect(commits.length).toBe(20);
    for (let index = 20; index < 100; index += 1) await expect(put(index)).rejects.toThrow();
    expect([buffered.position(), buffered.get('key 20')]).toEqual([20n, undefined]);
    setFull(false);
    await put(20);
    await buffered.close();
    expect([store.position(), store.get('key 20')]).toEqual([21n, '1']);
  });

  test('writes nothing any more once it is closed, also when a group went out before its time', async () => {
    const { store, groups } = recordingStore();
    const buffered = bufferStore(store, { flushDelayMs: 20 });
    await buffered.commit({ puts: [['a', '1']], position: 1n });
    const many = Array.from({ length: 10_000 }, (_, index): [string, string] => [`key ${String(index)}`, '1']);
    await buffered.commit({ puts: many, position: 2n });
    await buffered.close();
    const written = groups.length;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(groups).toHaveLength(written);
  });

  test('writes out in time what came while another group was being written', async () => {
    const { store } = recordingStore();
    const commitSlowly = async (changes: Changes): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      await store.commit(changes);
    };
    const buffered = bufferStore({ ...store, commit: commitSlowly }, { flushDelayMs: 20 });
    const many = Array.from({ length: 10_000 }, (_, index): [string, string] => [`key ${String(index)}`, '1']);
    await buffered.commit({ puts: many, position: 1n });
    await buffered.commit({ puts: [['a', '1']], position: 2n });
    while (store.position() !== 2n) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(store.get('a')).toBe('1');
    await buffered.close();
  });
});
