import { closeSync, fsyncSync, openSync, readdirSync, statfsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Folder } from './folder';
import { openFile } from './open-file';

/** A folder of this machine, made if it is missing. Any number of processes may have it open: see `lockFolder`. */
export const openFolder = async (path: string): Promise<Folder> => {
  const first = await mkdir(path, { recursive: true });
  if (first !== undefined) syncFoldersBetween(resolve(path), dirname(resolve(first)));
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

/** A new file, and a new name of one, is on the disk only once the folder that names it is. */
const syncFolder = (path: string): void => {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

const syncFoldersBetween = (path: string, ancestor: string): void => {
  for (let folder = path; ; folder = dirname(folder)) {
    syncFolder(folder);
    if (folder === ancestor || folder === dirname(folder)) return;
  }
};
