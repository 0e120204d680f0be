import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, syncFolder } from '@tollgate/folder';
import { keyBytes } from './cipher';
import { keyNameIn, keyText, monthPattern } from './key-name';
import type { KeyName } from './key-name';

/** Stands in the place of a key that was destroyed, so that it is told from one that is missing. `at` is RFC 3339 UTC. */
export type Tombstone = { at: string; actor: string; reason: string };

/** Shredded though it is there: destroying it was interrupted, and it opens nothing any more. */
export type ListedKey = KeyName & { isThere: boolean; isShredded: boolean };

type Found = { key: Uint8Array } | 'shredded' | 'missing';

const tombstoneEnd = '.shredded';
const unfinishedEnd = '.unfinished';

/** What can be opened with. A tombstone counts from when it is there, whether or not the key is gone yet. */
export const findKey = (folder: string, name: KeyName): Found => {
  const path = join(folder, keyText(name));
  const key = bytesIn(path);
  // In this order: who destroys a key writes its tombstone first.
  if (existsSync(path + tombstoneEnd)) return 'shredded';
  return key?.length === keyBytes ? { key } : 'missing';
};

/** Absent where there is no such file, or it cannot be read. */
const bytesIn = (path: string): Buffer | undefined => {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
};

/** A new key for each account, on the disk once it resolves. Needs no lock: no two have one name. Rejects where the folder is not there. */
export const makeKeys = async (folder: string, month: string, accountIds: readonly string[]): Promise<KeyName[]> => {
  const path = join(folder, month);
  // Keys in another folder of that name would be lost once the right one is back.
  if (!existsSync(folder)) throw new Error('the folder is not there');
  await makeFolder(path);
  const names = accountIds.map((accountId) => ({ month, accountId, id: randomBytes(8).toString('hex') }));
  for (let start = 0; start < names.length; start += atOnce)
    await Promise.all(
      names.slice(start, start + atOnce).map((name) => place(join(folder, keyText(name)), randomBytes(keyBytes))),
    );
  syncFolder(path);
  return names;
};
const atOnce = 16;

/** Whole or not there, whenever the process is killed; its name is durable once its folder is synced. */
const place = async (path: string, bytes: Uint8Array): Promise<void> => {
  const unfinished = `${path}.${randomBytes(4).toString('hex')}${unfinishedEnd}`;
  try {
    await writeDurably(unfinished, bytes);
    await rename(unfinished, path);
  } catch (error) {
    // On a disk that is full it is tried again by every group.
    await rm(unfinished, { force: true });
    throw error;
  }
};

/** Longer than any process writes 32 bytes, also by a clock of another machine. One that is taken from a living process is written again. */
const abandonedAfterMs = 24 * 3_600_000;

/** Removes what processes that were killed in the middle of making a key have left behind: it never sealed anything. */
export const removeUnfinished = async (folder: string, now: Date): Promise<void> => {
  for (const month of monthsIn(folder))
    for (const file of readdirSync(join(folder, month)).filter((name) => name.endsWith(unfinishedEnd))) {
      const path = join(folder, month, file);
      const found = statSync(path, { throwIfNoEntry: false });
      if (found !== undefined && now.getTime() - found.mtimeMs > abandonedAfterMs) await rm(path, { force: true });
    }
};

const writeDurably = async (path: string, bytes: Uint8Array): Promise<void> => {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Every key there is and was, by month, then account. Throws where there is no such folder. */
export const keysIn = (folder: string): ListedKey[] => monthsIn(folder).flatMap((month) => keysOf(folder, month));

const monthsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => monthPattern.test(name))
    .sort();

/** Those of a month; none where it has no folder yet. */
export const keysOf = (folder: string, month: string): ListedKey[] => {
  const path = join(folder, month);
  if (!existsSync(path)) return [];
  const files = new Set(readdirSync(path));
  const texts = [...files].map((file) => (file.endsWith(tombstoneEnd) ? file.slice(0, -tombstoneEnd.length) : file));
  return [...new Set(texts)].sort().flatMap((text) => {
    const name = keyNameIn(`${month}/${text}`);
    return name === undefined
      ? []
      : [{ ...name, isThere: files.has(text), isShredded: files.has(text + tombstoneEnd) }];
  });
};

/** Who destroyed a key, when and why; absent where nobody has, or it cannot be read. */
export const tombstoneOf = (folder: string, name: KeyName): Tombstone | undefined => {
  const bytes = bytesIn(join(folder, keyText(name)) + tombstoneEnd);
  try {
    return bytes && (JSON.parse(bytes.toString()) as Tombstone);
  } catch {
    return undefined;
  }
};

/**
 * Destroys a key for good, whether it is there or was lost: what it sealed is never opened again. First the tombstone, then the key, each
 * durable, so that the same again finishes what was interrupted. The first tombstone stays.
 */
export const shredKey = async (folder: string, name: KeyName, tombstone: Tombstone): Promise<void> => {
  const month = join(folder, name.month);
  const path = join(folder, keyText(name));
  await makeFolder(month);
  if (!existsSync(path + tombstoneEnd)) {
    await place(path + tombstoneEnd, Buffer.from(`${JSON.stringify(tombstone)}\n`));
    syncFolder(month);
  }
  await rm(path, { force: true });
  syncFolder(month);
};
