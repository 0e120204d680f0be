import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderInUse, openProjectionStore } from './index';
import type { ProjectionStore } from './index';

let path: string;
let store: ProjectionStore;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'tollgate-store-'));
  store = await openProjectionStore({ path, version: 1 });
});

afterEach(async () => {
  await store.close();
  await rm(path, { recursive: true });
});

const reopen = async (version = 1, onDropped?: (reason: string) => void): Promise<void> => {
  await store.close();
  store = await openProjectionStore({ path, version, ...(onDropped && { onDropped }) });
};

const listed = async (selection: Parameters<ProjectionStore['list']>[0]): Promise<string[]> => {
  const keys: string[] = [];
  for await (const [key] of store.list(selection)) keys.push(key);
  return keys;
};

describe('a projection store', () => {
  test('has nothing and no position while it is new', async () => {
    expect(store.get('a')).toBeUndefined();
    expect(store.position()).toBeUndefined();
    expect(await listed({ prefix: 'a' })).toEqual([]);
  });

  test('keeps changes together with the position they bring it to, also when it is opened again', async () => {
    const long = '電話 📞 '.repeat(100_000);
    await store.commit({
      puts: [
        ['a', '1'],
        ['b', long],
        ['c', () => 'made'],
      ],
      position: 9_007_199_254_740_993n,
    });
    const check = (): void => {
      expect(['a', 'b', 'c'].map((key) => store.get(key))).toEqual(['1', long, 'made']);
      expect(store.position()).toBe(9_007_199_254_740_993n);
    };
    check();
    await reopen();
    check();
  });

  test('removes keys, and replaces values, in the same commit', async () => {
    await store.commit({
      puts: [
        ['a', '1'],
        ['b', '1'],
      ],
      position: 1n,
    });
    await store.commit({ puts: [['a', '2']], removes: ['b', 'never there'], position: 2n });
    expect([store.get('a'), store.get('b')]).toEqual(['2', undefined]);
    expect(await listed({ prefix: '' }).then((keys) => keys.filter((key) => !key.startsWith('!')))).toEqual(['a']);
  });

  test('keeps its position when changes come without one', async () => {
    await store.commit({ puts: [], position: 5n });
    await store.commit({ puts: [['a', '1']] });
    expect(store.position()).toBe(5n);
    await reopen();
    expect(store.position()).toBe(5n);
  });

  test('commits calls that were not waited for in their order', async () => {
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        store.commit({ puts: [['a', String(index)]], position: BigInt(index) }),
      ),
    );
    await reopen();
    expect([store.get('a'), store.position()]).toEqual(['99', 99n]);
  });
});

describe('a list', () => {
  beforeEach(() =>
    store.commit({
      puts: ['p/b', 'p/a', 'p', 'p/c', 'p/aa', 'q/a', 'o', 'p0'].map((key) => [key, `of ${key}`] as const),
    }),
  );

  test.each([
    ['all that begin with the prefix, in key order', { prefix: 'p/' }, ['p/a', 'p/aa', 'p/b', 'p/c']],
    ['the key that is the prefix too', { prefix: 'p' }, ['p', 'p/a', 'p/aa', 'p/b', 'p/c', 'p0']],
    ['those after a key, without it', { prefix: 'p/', after: 'a' }, ['p/aa', 'p/b', 'p/c']],
    ['those after a key that is not there', { prefix: 'p/', after: 'ab' }, ['p/b', 'p/c']],
    ['at most the limit', { prefix: 'p/', limit: 2 }, ['p/a', 'p/aa']],
    ['at most the limit after a key', { prefix: 'p/', after: 'aa', limit: 1 }, ['p/b']],
    ['nothing after the last key', { prefix: 'p/', after: 'c' }, []],
    ['nothing where no key begins so', { prefix: 'x' }, []],
  ])('gives %s', async (_, selection, keys) => {
    expect(await listed(selection)).toEqual(keys);
  });

  test('gives the values with the keys', async () => {
    for await (const [key, value] of store.list({ prefix: 'p/' })) expect(value).toBe(`of ${key}`);
  });
});

describe('opening a store', () => {
  test('drops what another version wrote, and says so', async () => {
    await store.commit({ puts: [['a', '1']], position: 7n });
    const reasons: string[] = [];
    await reopen(2, (reason) => reasons.push(reason));
    expect([store.get('a'), store.position()]).toEqual([undefined, undefined]);
    expect(reasons).toEqual(['another version of Tollgate wrote it']);
    await store.commit({ puts: [['a', '2']], position: 1n });
    await reopen(2, (reason) => reasons.push(reason));
    expect([store.get('a'), reasons.length]).toEqual(['2', 1]);
  });

  test('is refused while it is open elsewhere, and possible once that is closed', async () => {
    await expect(openProjectionStore({ path, version: 1 })).rejects.toThrow(FolderInUse);
    await expect(openProjectionStore({ path, version: 2 })).rejects.toThrow(FolderInUse);
    await writeFile(join(path, 'DROPPING'), '');
    await expect(openProjectionStore({ path, version: 1 })).rejects.toThrow(FolderInUse);
    await rm(join(path, 'DROPPING'));
    await store.commit({ puts: [['a', '1']] });
    await reopen();
    expect(store.get('a')).toBe('1');
  });
});
