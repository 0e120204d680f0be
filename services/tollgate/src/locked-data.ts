import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderInUse, lockFolder, makeFolder } from '@tollgate/folder';
import { foldersOf } from './folders';
import { SettingsError } from './settings';

/** Opens something in the data folder of this machine, locked against any other process until it is closed. */
export const openLocked = async <Opened extends { close(): Promise<void> }>(
  data: string,
  open: () => Promise<Opened>,
): Promise<Opened> => {
  await probe(data);
  const lock = await lockFolder(foldersOf(data).lock).catch((error: unknown) => {
    throw error instanceof FolderInUse ? inUse(data, error) : error;
  });
  try {
    const opened = await open();
    const close = async (): Promise<void> => {
      await opened.close();
      await lock.release();
    };
    return { ...opened, close };
  } catch (error) {
    await lock.release();
    throw error;
  }
};

const inUse = (data: string, cause: FolderInUse): Error =>
  new Error(
    `another process is using ${data}: stop it first, or give each process a folder of its own with --data (TOLLGATE_DATA)`,
    { cause },
  );

/** Less room than this, and the data folder is not opened at all. */
const probeBytes = 1 << 20;

/** Throws, with what to do, if the data folder cannot be written. */
const probe = async (data: string): Promise<void> => {
  const file = join(data, 'probe');
  try {
    await makeFolder(data);
    await writeFile(file, Buffer.alloc(probeBytes), { flush: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingsError(
      `the data folder ${data} cannot be written (${reason}): make room or give it to this user, or choose another with --data`,
      { cause: error },
    );
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
};
