import type { Folder } from '@tollgate/folder';

/** What is derived leaves so much to the log, and to the next start. */
const reserveBytes = 16 << 20;

/** Throws where a disk has no room for so many bytes of what is derived and may as well be made later. */
export const requireRoom = (folder: Folder, neededBytes: number): void => {
  const leftBytes = folder.freeBytes();
  if (leftBytes < neededBytes + reserveBytes)
    throw new Error(`the disk of ${folder.path} has no room for it (${String(leftBytes)} bytes left)`);
};
