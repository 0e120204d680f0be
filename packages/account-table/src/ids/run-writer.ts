import { crc32 } from 'node:zlib';
import type { Place } from '@tollgate/event-store';
import type { FolderFile } from '@tollgate/folder';
import { createFilter, filterPieces } from './filter';
import { entryBytes } from './id-table';
import { blockBytes, blockFields, encodeFoot, entriesPerBlock, layoutOf } from './run-file';
import type { RunEntry, RunParts } from './run-file';

const mostBuffered = 256;

/** Writes a run from its first entry to its last, with little in memory but its filter. */
export type RunWriter = {
  /** Entries must come in order, and none while it is full. */
  put(high: number, low: number, place: Place): void;
  isFull(): boolean;
  /** If it is full it no longer is. */
  flush(): Promise<void>;
  /** Durable, whole. */
  end(): Promise<RunParts>;
};

export const createRunWriter = (file: FolderFile, entry: RunEntry, ledger: string): RunWriter => {
  const layout = layoutOf(entry.count);
  const pieces = filterPieces(entry.count);
  const filter = createFilter(pieces);
  const fences = new DataView(new ArrayBuffer(layout.fences.length));
  const bufferedBlocks = Math.min(mostBuffered, layout.blocks);
  const buffer = new Uint8Array(bufferedBlocks * blockBytes);
  const view = new DataView(buffer.buffer);
  let written = 0;
  /** Block under way, from the first of the buffer, and the entries in it. */
  let block = 0;
  let entries = 0;

  const closeBlock = (): void => {
    const start = block * blockBytes;
    view.setUint32(start + blockFields.count, entries, true);
    view.setUint32(start + blockFields.number, written + block, true);
    const crc = crc32(buffer.subarray(start, start + blockFields.crc));
    view.setUint32(start + blockFields.crc, crc, true);
    block += 1;
    entries = 0;
  };

  const write = async (): Promise<void> => {
    if (block === 0) return;
    await file.write(buffer.subarray(0, block * blockBytes), written * blockBytes);
    written += block;
    block = 0;
    buffer.fill(0);
  };

  return {
    put: (high, low, place) => {
      if (entries === 0) fences.setUint32(4 * (written + block), high, true);
      const offset = block * blockBytes + entries * entryBytes;
      view.setUint32(offset, high, true);
      view.setUint32(offset + 4, low, true);
      view.setFloat64(offset + 8, place, true);
      filter.add(high, low);
      entries += 1;
      if (entries === entriesPerBlock) closeBlock();
    },
    isFull: () => block === bufferedBlocks,
    flush: async () => {
      if (block === bufferedBlocks) await write();
    },
    end: async () => {
      if (entries > 0) closeBlock();
      await write();
      const parts = { filter: pieces, fences: new Uint8Array(fences.buffer) };
      let { position } = layout.filter;
      for (const piece of pieces) {
        await file.write(piece, position);
        position += piece.length;
      }
      await file.write(parts.fences, layout.fences.position);
      await file.write(encodeFoot(entry, ledger, parts), layout.foot.position);
      return parts;
    },
  };
};
