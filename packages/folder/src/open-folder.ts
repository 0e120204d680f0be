import { readdirSync, statfsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Folder } from './folder';
import { makeFolder, syncFolder } from './make-folder';
import { openFile } from './open-file';

/** A folder of this machine, made if it is missing. Any number of processes may have it open: see `lockFolder`. */
export const openFolder = async (path: string): Promise<Folder> => {
  await makeFolder(path);
  const sync = (): void => {
    syncFolder(path);
  };
  return {
    ...openFolderReadOnly(path),
    open: async (name, options = {}) => {
      const file = await openFile(join(path, name), options);
      if (options.isNew === true) sync();
      return file;
    },
    rename: async (from, to) => {
      await rename(join(path, from), join(path, to));
      sync();
    },
    remove: async (name) => {
      await rm(join(path, name), { force: true });
      sync();
    },
  };
};

/** Nothing is ever written in it, by whoever has it: for what looks at the files of another process. */
export const openFolderReadOnly = (path: string): Folder => {
  const refuse = (): Promise<never> => Promise.reject(new Error(`${path} is open for reading only`));
  return {
    path,
    names: () => readdirSync(path),
    open: (name, { isNew = false } = {}) => (isNew ? refuse() : openFile(join(path, name), { isReadOnly: true })),
    rename: refuse,
    remove: refuse,
    freeBytes: () => freeBytes(path),
  };
};

const freeBytes = (path: string): number => {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    // A disk that cannot even be asked is not known to be full.
    return Infinity;
  }
};
