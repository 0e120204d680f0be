import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Position } from '@tollgate/event-store';
import { openLmdbLog, lockLmdbLog } from '@tollgate/event-store-lmdb';
import type { LmdbLog } from '@tollgate/event-store-lmdb';
import { lockFolder, openFolder } from '@tollgate/folder';
import type { Folder } from '@tollgate/folder';
import { foldersOf } from '../folders';
import { writeRelayPosition } from '../relay-position';
import { startProgress } from './progress-bar';
import { say } from './terminal-text';
import { verifyLog, writeLog } from './upgrade-log';
import { hasLog, hasOldLog, oldFoldersIn, oldLogOf, relayPositionsIn } from './upgrade-source';

/** How folders are opened: tests put others in their place. */
type Open = (path: string) => Promise<Folder>;

/** The folder is none that can be upgraded. */
export class NoOldLog extends Error {
  override readonly name = 'NoOldLog';
}

/**
 * Writes the log of an old data folder anew in today's format, beside the old one. It takes its place, by its name, as the last
 * step: killed before that, it begins again. Throws `NoOldLog`, `FolderInUse`, `LogDamaged`.
 */
export const upgradeFolder = async (data: string, open: Open = openFolder): Promise<void> => {
  if (tellIfDone(data)) return;
  if (!hasOldLog(data)) throw new NoOldLog(`there is no log of the old format in ${data} (${oldLogOf(data)})`);
  const lock = await lockFolder(foldersOf(data).lock);
  try {
    const oldLock = await lockLmdbLog(oldLogOf(data));
    try {
      // Another upgrade may have ended while this one waited for nothing.
      if (!tellIfDone(data)) await upgradeLocked(data, open);
    } finally {
      await oldLock.release();
    }
  } finally {
    await lock.release();
  }
};

const tellIfDone = (data: string): boolean => {
  if (!hasLog(data)) return false;
  say(
    hasOldLog(data)
      ? `${data} is upgraded already: nothing was done.`
      : `${data} is of the format of this Tollgate and needs no upgrade.`,
  );
  tellOfOldFolders(data);
  return true;
};

const tellOfOldFolders = (data: string): void => {
  const folders = oldFoldersIn(data);
  if (folders.length > 0)
    say(`Nothing reads these any more; remove them by hand when you no longer want them:\n  ${folders.join('\n  ')}`);
};

const nextName = 'log.next';

/** What is in the making; of the account table each step makes one of its own. */
const nextOf = (data: string) => ({ log: join(data, nextName), accountTable: join(data, 'account-table.next') });

const removeNext = async (data: string): Promise<void> => {
  for (const folder of Object.values(nextOf(data))) await rm(folder, { recursive: true, force: true });
};

const upgradeLocked = async (data: string, open: Open): Promise<void> => {
  const folder = await open(data);
  // What a killed upgrade has left.
  await removeNext(data);
  const source = await openLmdbLog(oldLogOf(data));
  try {
    requireRoom(source, folder);
    const positions = await relayPositionsIn(data);
    await writeAndVerify(source, data, open);
    await carryOver(data, positions, open);
    await folder.rename(nextName, 'log');
  } catch (error) {
    // What is half written may take the very room that is missing.
    await removeNext(data);
    throw error;
  } finally {
    await source.close();
  }
  say(`Done: ${source.last.toLocaleString('en')} events are in ${foldersOf(data).log}, each as it was.`);
  tellOfOldFolders(data);
};

/** What an event may take beyond its bytes in LMDB: its header and, alone in a group, that of the group; and its id in the table. */
const addedBytes = 320;
const startBytes = 16 << 20;

const requireRoom = ({ last, sizeBytes }: LmdbLog, folder: Folder): void => {
  const needed = sizeBytes + last * addedBytes + startBytes;
  const free = folder.freeBytes();
  say(
    `${last.toLocaleString('en')} events. The new log takes at most ${inMegabytes(needed)}; ${inMegabytes(free)} are free.`,
  );
  if (free < needed)
    throw new Error(
      `the disk of ${folder.path} has too little room: make ${inMegabytes(needed - free)} more free; nothing was changed`,
    );
};

const inMegabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;

const writeAndVerify = async (source: LmdbLog, data: string, open: Open): Promise<void> => {
  const next = nextOf(data);
  const log = await open(next.log);
  for (const [title, work] of [
    ['Writing the new log:', writeLog],
    ['Reading it back, folding it and comparing every event with the old one:', verifyLog],
  ] as const) {
    say(title);
    const progress = startProgress({ unit: 'events', total: source.last });
    await work(source, { log, accountTable: await open(next.accountTable) }, progress.update);
    await rm(next.accountTable, { recursive: true, force: true });
    progress.finish(source.last);
  }
};

/** Where the relays were, so that nothing is published again; and nothing derived from a log that was here before. */
const carryOver = async (data: string, positions: ReadonlyMap<string, Position>, open: Open): Promise<void> => {
  const { relays, accountTable } = foldersOf(data);
  await rm(accountTable, { recursive: true, force: true });
  await rm(relays, { recursive: true, force: true });
  if (positions.size === 0) return;
  const folder = await open(relays);
  for (const [name, position] of positions) await writeRelayPosition(folder, name, position);
};
