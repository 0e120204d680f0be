import { randomBytes } from 'node:crypto';
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from 'lmdb';
import { LogDamaged } from '@tollgate/event-store';
import type { EventBody, RecordedEvent } from '@tollgate/event-store';
import { lmdbFileOf, openLmdbLog } from './index';
import { createFolder, eventsOf, removeFolders, writeOldLog } from './old-log.fixture';

afterEach(removeFolders);

const readAll = async (folder: string): Promise<RecordedEvent<EventBody>[]> => {
  const log = await openLmdbLog(folder);
  try {
    return [...log.events()];
  } finally {
    await log.close();
  }
};

const written = async (count: number): Promise<string> => {
  const folder = await createFolder();
  await writeOldLog(folder, eventsOf('account-a', count));
  return folder;
};

test.each([0, 1, 999, 1_000, 1_001, 2_500])('a log of %d events is read from its first to its last', async (count) => {
  const folder = await written(count);
  const log = await openLmdbLog(folder);
  expect(log.last).toBe(count);
  await log.close();
  expect(await readAll(folder)).toEqual(eventsOf('account-a', count));
});

test('reading changes nothing in the file', async () => {
  const folder = await written(100);
  const before = await readFile(lmdbFileOf(folder));
  await readAll(folder);
  expect(before.equals(await readFile(lmdbFileOf(folder)))).toBe(true);
});

test('a file whose first start was killed before it wrote is an empty log', async () => {
  const folder = await createFolder();
  await open({ path: join(folder, 'log'), maxDbs: 4 }).close();
  expect(await readAll(folder)).toEqual([]);
});

test('an event with a changed bit on the disk ends the reading before it', async () => {
  const folder = await written(10);
  const bytes = await readFile(lmdbFileOf(folder));
  const place = bytes.indexOf('"amount-6"');
  bytes.writeUInt8(bytes.readUInt8(place + 3) ^ 1, place + 3);
  await writeFile(lmdbFileOf(folder), bytes);
  await expect(readAll(folder)).rejects.toThrow(LogDamaged);
  await expect(readAll(folder)).rejects.toThrow('the event at position 7 is damaged');
});

test.each([
  ['the first', 1],
  ['one in the middle', 5],
])('a log in which %s event is missing is refused, with its position', async (_which, position) => {
  const folder = await createFolder();
  await writeOldLog(
    folder,
    eventsOf('account-a', 10).filter((event) => event.position !== BigInt(position)),
  );
  await expect(readAll(folder)).rejects.toThrow(LogDamaged);
  await expect(readAll(folder)).rejects.toThrow(`the event at position ${String(position)} is missing`);
});

test.each([
  ['half', 0.5],
  ['all but one page', 0.99999],
  ['a tenth', 0.1],
  ['almost nothing', 0.001],
])('a file of which only %s is left is refused before it is mapped', async (_share, share) => {
  const folder = await written(2_000);
  const { length } = await readFile(lmdbFileOf(folder));
  await truncate(lmdbFileOf(folder), Math.floor(length * share));
  await expect(openLmdbLog(folder)).rejects.toThrow(LogDamaged);
});

test('a file that was overwritten with something else is refused', async () => {
  const folder = await written(10);
  await writeFile(lmdbFileOf(folder), randomBytes(100_000));
  await expect(openLmdbLog(folder)).rejects.toThrow(LogDamaged);
});

test('a folder without the file is refused', async () => {
  const folder = await createFolder();
  await mkdir(join(folder, 'log'));
  await expect(openLmdbLog(folder)).rejects.toThrow('data.mdb is missing');
});

test('a log of another format is refused, and both are named', async () => {
  const folder = await createFolder();
  await writeOldLog(folder, eventsOf('account-a', 1), 2);
  await expect(openLmdbLog(folder)).rejects.toThrow('written in log format 2; this Tollgate reads format 1');
});
