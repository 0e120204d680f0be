import type { Place } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { entryBytes } from './id-table';
import { blockBytes, checkBlock, IdRunDamaged, layoutOf, readWhole } from './run-file';
import type { RunEntry } from './run-file';

const mostBuffered = 256;

/** Goes over entries in order; the one it stands at is in its fields. */
export type Cursor = {
  readonly high: number;
  readonly low: number;
  readonly place: Place;
  /** To the next entry, at first to the first; false if there is none. */
  advance(): boolean;
  close(): void;
};

/** Over a run, some blocks at a time, each checked. */
export const cursorOverRun = async (folder: Folder, entry: RunEntry): Promise<Cursor> => {
  const file = await folder.open(entry.name, { isReadOnly: true });
  const run = { name: entry.name, file };
  const { blocks } = layoutOf(entry.count);
  const bufferedBlocks = Math.min(mostBuffered, blocks);
  const buffer = new Uint8Array(bufferedBlocks * blockBytes);
  const view = new DataView(buffer.buffer);
  /** The next block of the file to fill the buffer from; the next block of the buffer, and how many are in it. */
  let nextOfFile = 0;
  let nextOfBuffer = 0;
  let buffered = 0;
  let left = entry.count;
  let offset = 0;
  let end = 0;

  const openBlock = (): void => {
    if (nextOfBuffer === buffered) {
      buffered = Math.min(bufferedBlocks, blocks - nextOfFile);
      readWhole(run, buffer.subarray(0, buffered * blockBytes), nextOfFile * blockBytes);
      nextOfFile += buffered;
      nextOfBuffer = 0;
    }
    const start = nextOfBuffer * blockBytes;
    const number = nextOfFile - buffered + nextOfBuffer;
    const entries = checkBlock(entry.name, buffer.subarray(start, start + blockBytes), number);
    if (entries === 0) throw new IdRunDamaged(entry.name, `block ${number} is empty`);
    nextOfBuffer += 1;
    offset = start;
    end = start + entries * entryBytes;
  };

  const cursor = {
    high: 0,
    low: 0,
    place: 0,
    advance: () => {
      if (left === 0) return false;
      left -= 1;
      if (offset === end) openBlock();
      cursor.high = view.getUint32(offset, true);
      cursor.low = view.getUint32(offset + 4, true);
      cursor.place = view.getFloat64(offset + 8, true);
      offset += entryBytes;
      return true;
    },
    close: () => file.close(),
  };
  return cursor;
};
