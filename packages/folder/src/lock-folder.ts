import { ClassicLevel } from 'classic-level';
import { makeFolder } from './make-folder';

/** Another process has the folder open. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  readonly retriable = false;
}

export type FolderLock = { release(): Promise<void> };

/**
 * One process at a time has the folder, until it releases it or ends, however it ends: Node has no lock on files of its own, so a
 * LevelDB that holds nothing lends its. Throws `FolderInUse`.
 */
export const lockFolder = async (path: string): Promise<FolderLock> => {
  await makeFolder(path);
  const lock = (await tryLock(path)) ?? (await lockAnew(path));
  return { release: () => lock.close() };
};

const smallest = { writeBufferSize: 64 << 10, cacheSize: 64 << 10 };

/** The lock, or nothing if its files are damaged. */
const tryLock = async (path: string): Promise<ClassicLevel | undefined> => {
  const lock = new ClassicLevel(path, smallest);
  try {
    await lock.open();
    return lock;
  } catch (error) {
    throwUnlessDamaged(error, path);
    return undefined;
  }
};

/** There is nothing in it to lose. */
const lockAnew = async (path: string): Promise<ClassicLevel> => {
  await ClassicLevel.destroy(path);
  const lock = await tryLock(path);
  if (lock === undefined) throw new Error(`cannot lock ${path}: its files are damaged; delete the folder`);
  return lock;
};

const throwUnlessDamaged = (error: unknown, path: string): void => {
  const { code, message = String(error) } = ((error as { cause?: unknown }).cause ?? error) as LevelFailure;
  if (code === 'LEVEL_LOCKED')
    throw new FolderInUse(`another process is using ${path}; stop it first, or give this one a folder of its own`);
  if (code !== 'LEVEL_CORRUPTION' && !message.includes('No such file'))
    throw new Error(`cannot open ${path}: ${message}`, { cause: error });
};

type LevelFailure = { code?: string; message?: string };
