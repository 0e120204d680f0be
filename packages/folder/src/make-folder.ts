import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder that is missing, and its parents; durable. Node's own way of making parents too never ends where a folder cannot be
 * made in one that is there, such as /proc.
 */
export const makeFolder = async (path: string): Promise<void> => {
  if (existsSync(path)) return;
  const parent = dirname(path);
  await makeFolder(parent);
  await mkdir(path).catch((error: unknown) => {
    if (!existsSync(path)) throw error;
  });
  syncFolder(path);
  syncFolder(parent);
};

/** A new file, and a new name of one, is on the disk only once the folder that names it is. */
export const syncFolder = (path: string): void => {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
