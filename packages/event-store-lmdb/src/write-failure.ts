import { constants } from 'node:os';
import { statfs } from 'node:fs/promises';

/** What a write needs beside its records: pages of the tree, and of what else is in the folder. */
const needsBytes = 1 << 20;

/** LMDB reports EIO where the disk had room for a part of the write only. */
const codesOfFullDisk: readonly unknown[] = [constants.errno.EIO, constants.errno.ENOSPC, 'EIO', 'ENOSPC'];

/** For people: why so many bytes could not be written in the folder. */
export const reasonOf = async (
  error: unknown,
  { folder, bytes }: { folder: string; bytes: number },
): Promise<string> => {
  const isPerhapsFull = error instanceof Error && 'code' in error && codesOfFullDisk.includes(error.code);
  const leftBytes = isPerhapsFull ? await roomIn(folder) : Infinity;
  if (leftBytes < bytes + needsBytes) return `the disk of ${folder} is full (${String(leftBytes)} bytes left)`;
  return error instanceof Error ? error.message : String(error);
};

const roomIn = async (folder: string): Promise<number> => {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    // A disk that cannot even be asked is not known to be full.
    return Infinity;
  }
};
