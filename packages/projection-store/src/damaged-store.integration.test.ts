import { mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { openProjectionStore } from './index';

let path: string;

const commits = 3_000;
const valueOf = (turn: number): string => String(turn).repeat(400);

/** Enough to have tables, a manifest and a log of changes on the disk. */
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'tollgate-store-'));
  for (const [from, to] of [
    [0, commits / 2],
    [commits / 2, commits],
  ] as const) {
    const store = await openProjectionStore({ path, version: 1 });
    for (let turn = from; turn < to; turn += 1)
      await store.commit({ puts: [[`key ${String(turn)}`, valueOf(turn)]], position: BigInt(turn + 1) });
    await store.close();
  }
});

afterEach(() => rm(path, { recursive: true }));

const filesLike = async (name: RegExp): Promise<string[]> =>
  (await readdir(path)).filter((file) => name.test(file)).map((file) => join(path, file));

const remove = async (name: RegExp): Promise<void> => {
  for (const file of await filesLike(name)) await rm(file);
};

const overwrite = async (name: RegExp): Promise<void> => {
  for (const file of await filesLike(name)) await writeFile(file, 'rubbish '.repeat(20));
};

/** What is found at opening: the reason for dropping everything, or every value up to the position. */
const opened = async (): Promise<{ dropped: string[]; position: number; wrong: number[] }> => {
  const dropped: string[] = [];
  const store = await openProjectionStore({ path, version: 1, onDropped: (reason) => dropped.push(reason) });
  const position = Number(store.position() ?? 0n);
  const turns = Array.from({ length: position }, (_, turn) => turn);
  const wrong = turns.filter((turn) => store.get(`key ${String(turn)}`) !== valueOf(turn));
  await store.close();
  return { dropped, position, wrong };
};

const emptied = { dropped: ['it was damaged'], position: 0, wrong: [] };

describe('a store whose files are damaged', () => {
  test('is found whole before', async () => {
    expect(await opened()).toEqual({ dropped: [], position: commits, wrong: [] });
  });

  test.each([
    ['CURRENT is overwritten', () => overwrite(/^CURRENT$/)],
    ['CURRENT names a file that is not there', () => writeFile(join(path, 'CURRENT'), 'MANIFEST-999999\n')],
    ['MANIFEST is overwritten', () => overwrite(/^MANIFEST/)],
    ['the tables are overwritten', () => overwrite(/\.ldb$/)],
    ['the tables are gone', () => remove(/\.ldb$/)],
    ['CURRENT is gone', () => remove(/^CURRENT$/)],
    ['CURRENT and the tables are gone', () => remove(/^CURRENT$|\.ldb$/)],
    ['all is gone but the last changes', () => remove(/(?<!\.log)$/)],
    ['a bit of the last changes has flipped', () => flipLastChanges()],
  ])('is dropped, and says so, when %s', async (_, damage) => {
    await damage();
    expect(await opened()).toEqual(emptied);
    expect(await opened()).toEqual({ ...emptied, dropped: [] });
  });

  test('is dropped also where the process that found it damaged was killed before it was deleted', async () => {
    await flipLastChanges();
    const level = new ClassicLevel(path);
    await level.open();
    await level.close();
    expect(await opened()).toEqual(emptied);
  });

  test('is deleted to the end where that was interrupted', async () => {
    await writeFile(join(path, 'DROPPING'), '');
    expect(await opened()).toEqual({ ...emptied, dropped: [] });
    expect(await filesLike(/^DROPPING$/)).toEqual([]);
  });

  test('has lost the last changes together with their position when its newest file is cut short', async () => {
    for (const file of await filesLike(/\.log$/)) await truncate(file, Math.floor((await readFile(file)).length / 2));
    const { dropped, position, wrong } = await opened();
    expect({ dropped, wrong }).toEqual({ dropped: [], wrong: [] });
    expect(position).toBeGreaterThan(0);
    expect(position).toBeLessThan(commits);
  });
});

const flipLastChanges = async (): Promise<void> => {
  for (const file of await filesLike(/\.log$/)) await flipBit(file);
};

const flipBit = async (file: string): Promise<void> => {
  const bytes = await readFile(file);
  const place = Math.floor(bytes.length / 3);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  await writeFile(file, bytes);
};
