import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolder } from '@tollgate/folder';
import { commitsName, openCommitStore } from './commit-store';
import { readRelayPositions } from './relay-position';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'tollgate-commits-'));
});
afterEach(() => rm(path, { recursive: true }));

const open = async (group = 'tollgate') => openCommitStore(await openFolder(path), group);
const commits = (offset: string) =>
  new Map([
    ['usage/0', { offset, note: 'a note' }],
    ['usage/1', { offset: '0', note: undefined }],
  ]);

test('what was committed is there for the next process, of the same group', async () => {
  const store = await open();
  expect(store.kept.size).toBe(0);
  store.keep(commits('7'));
  store.keep(commits('12345678901234567890'));
  store.close();
  store.keep(commits('8'));
  expect((await open()).kept).toEqual(commits('12345678901234567890'));
  expect((await open('other')).kept.size).toBe(0);
});

test('a line that a kill cut leaves the one before, and more partitions than it has room for what it had', async () => {
  const store = await open();
  store.keep(commits('7'));
  store.keep(new Map(Array.from({ length: 100_000 }, (_, at) => [`usage/${String(at)}`, { offset: '1', note: 'n' }])));
  expect((await open()).kept).toEqual(commits('7'));
  store.keep(commits('8'));
  await truncate(join(path, commitsName), 40);
  expect([...(await open()).kept.values()].map(({ offset }) => offset)).not.toContain('8');
});

test('it is taken for the position of no relay', async () => {
  (await open()).keep(commits('7'));
  expect(await readRelayPositions(path)).toEqual({});
});
