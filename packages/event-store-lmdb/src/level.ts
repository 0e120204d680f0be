import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { Position } from '@tollgate/event-store';

/** Another process has the folder open. */
export class OldFolderInUse extends Error {
  override readonly name = 'OldFolderInUse';
  readonly retriable = false;
}

/**
 * Keeps any Tollgate that writes LMDB out of its event log until released, by the lock of the index it opens first. Throws
 * `OldFolderInUse` if one runs. An index that is damaged is locked by nobody, and is left as it is.
 */
export const lockLmdbLog = async (eventLog: string): Promise<{ release(): Promise<void> }> => {
  const level = await openLevel(join(eventLog, 'streams'), { createIfMissing: true });
  return { release: () => level?.close() ?? Promise.resolve() };
};

/**
 * How far a relay had come by the store it kept; nothing if it never ran. Throws if the store is damaged.
 */
export const readRelayPosition = async (path: string): Promise<Position | undefined> => {
  if (!existsSync(join(path, 'CURRENT'))) return undefined;
  const level = await openLevel(path, { createIfMissing: false });
  if (level === undefined)
    throw new Error(
      `${path} is damaged, so that how far it was published is not known: restore it from a copy, or delete it to have all of it published again`,
    );
  try {
    const text = level.getSync('!position');
    return text === undefined ? undefined : BigInt(text);
  } finally {
    await level.close();
  }
};

/** Nothing if its files are damaged. */
const openLevel = async (path: string, options: { createIfMissing: boolean }): Promise<ClassicLevel | undefined> => {
  const level = new ClassicLevel(path, options);
  try {
    await level.open();
    return level;
  } catch (error) {
    const { code, message = String(error) } = ((error as { cause?: unknown }).cause ?? error) as LevelFailure;
    if (code === 'LEVEL_LOCKED')
      throw new OldFolderInUse(`another Tollgate is using ${path}; stop it first`, { cause: error });
    if (code === 'LEVEL_CORRUPTION' || message.includes('No such file')) return undefined;
    throw new Error(`cannot open ${path}: ${message}`, { cause: error });
  }
};

type LevelFailure = { code?: string; message?: string };
