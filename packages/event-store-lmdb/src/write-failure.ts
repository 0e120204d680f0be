import { statfsSync } from 'node:fs';
import { constants } from 'node:os';

type Room = { folder: string; bytes: number };

/** What a write needs beside its records: pages of the tree, and of what else is in the folder. */
const reserveBytes = 4 << 20;
const neededBytes = ({ bytes }: Room): number => 2 * bytes + reserveBytes;

/**
 * Throws where a disk has no room for so many bytes. LMDB is not asked to write then: 3.5.6 may end the process over a write that
 * fails (it puts its message into too small a buffer).
 */
export const requireRoom = (room: Room): void => {
  const leftBytes = leftBytesOf(room);
  if (leftBytes < neededBytes(room)) throw new DiskFull(room.folder, leftBytes);
};

class DiskFull extends Error {
  override readonly name = 'DiskFull';

  constructor(folder: string, leftBytes: number) {
    super(`the disk of ${folder} is full (${String(leftBytes)} bytes left)`);
  }
}

/** LMDB reports EIO where the disk had room for a part of the write only. */
const codesOfFullDisk: readonly unknown[] = [constants.errno.EIO, constants.errno.ENOSPC, 'EIO', 'ENOSPC'];

/** For people: why so many bytes could not be written in the folder. */
export const reasonOf = (error: unknown, room: Room): string => {
  const isPerhapsFull = error instanceof Error && 'code' in error && codesOfFullDisk.includes(error.code);
  const leftBytes = isPerhapsFull ? leftBytesOf(room) : Infinity;
  if (leftBytes < neededBytes(room)) return new DiskFull(room.folder, leftBytes).message;
  return error instanceof Error ? error.message : String(error);
};

const leftBytesOf = ({ folder }: Room): number => {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    // A disk that cannot even be asked is not known to be full.
    return Infinity;
  }
};
