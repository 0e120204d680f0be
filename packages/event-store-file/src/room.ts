import type { FolderFile } from '@tollgate/folder';
import { segmentHeaderBytes } from './segment-header';

/**
 * Room is zeros behind the last group of a file, on the disk already: a group that is put there leaves the file as long as it was,
 * so that the disk is not asked to note its length and its blocks each time. No group ends with a zero.
 */
const roomBytes = 1 << 20;

/** Larger groups come so seldom that writing zeros before them would cost more than it saves. */
const smallBytes = 64 << 10;

/** A group that its file has no room for, and room behind it: `most` bytes in all. Itself where it is large. */
export const withRoom = (group: Uint8Array, most: number): Uint8Array => {
  const sizeBytes = Math.min(roomBytes, most);
  if (group.length > smallBytes || group.length >= sizeBytes) return group;
  const bytes = new Uint8Array(sizeBytes);
  bytes.set(group);
  return bytes;
};

const chunkBytes = 64 << 10;

/** Where the room of a segment begins, or its file ends: what is put into the room later is not seen by who asked before. */
export const endOfBytes = (file: FolderFile): number => {
  const chunk = new Uint8Array(chunkBytes);
  for (let end = file.sizeBytes(); end > segmentHeaderBytes;) {
    const position = Math.max(end - chunkBytes, segmentHeaderBytes);
    const length = file.read(chunk, { offset: 0, length: end - position, position });
    const last = chunk.subarray(0, length).findLastIndex((byte) => byte !== 0);
    if (last >= 0) return position + last + 1;
    end = position;
  }
  return Math.min(file.sizeBytes(), segmentHeaderBytes);
};
