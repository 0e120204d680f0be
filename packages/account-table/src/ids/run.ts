import type { Place } from '@tollgate/event-store';
import type { Folder, FolderFile } from '@tollgate/folder';
import { createFilter } from './filter';
import { entryBytes } from './id-table';
import { blockBytes, checkBlock, checkFoot, encodeFoot, layoutOf, readParts, readWhole } from './run-file';
import type { RunEntry, RunParts } from './run-file';

/** A run that is searched. */
export type Run = {
  readonly entry: RunEntry;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  /** The places under a fingerprint, added to `found`. Throws `IdRunDamaged` when it meets a damaged block. */
  places(high: number, low: number, found?: Place[]): Place[] | undefined;
  /** At once and without waiting for the disk: whoever opens it next sees that it is damaged. */
  spoil(): void;
  close(): void;
};

/** `made`: filter and fences, where they were just written and need not be read. Throws `IdRunDamaged`. */
export const openRun = async (
  folder: Folder,
  { entry, ledger, made }: { entry: RunEntry; ledger: string; made?: RunParts },
): Promise<Run> => {
  const file = await folder.open(entry.name);
  try {
    if (made) checkFoot(file, entry, encodeFoot(entry, ledger, made));
    return createRun(file, entry, made ?? readParts(file, entry, ledger));
  } catch (error) {
    file.close();
    throw error;
  }
};

const createRun = (file: FolderFile, entry: RunEntry, parts: RunParts): Run => {
  const layout = layoutOf(entry.count);
  const filter = createFilter(parts.filter);
  const fences = new DataView(parts.fences.buffer, parts.fences.byteOffset, parts.fences.byteLength);
  const block = new Uint8Array(blockBytes);
  const view = new DataView(block.buffer);
  const run = { name: entry.name, file };
  /** Which block is in memory, and its entries. */
  let held = -1;
  let entries = 0;

  const hold = (number: number): void => {
    if (held === number) return;
    held = -1;
    readWhole(run, block, number * blockBytes);
    entries = checkBlock(entry.name, block, number);
    held = number;
  };

  /** The block that has the first entry with this upper half, if any has. */
  const firstBlock = (high: number): number => {
    let low = 0;
    let end = layout.blocks;
    while (low < end) {
      const middle = (low + end) >>> 1;
      if (fences.getUint32(4 * middle, true) < high) low = middle + 1;
      else end = middle;
    }
    return Math.max(0, low - 1);
  };

  /** In the block that is held: offset of the first entry that is not before the fingerprint. */
  const firstEntry = (high: number, low: number): number => {
    let start = 0;
    let end = entries;
    while (start < end) {
      const middle = (start + end) >>> 1;
      const middleHigh = view.getUint32(middle * entryBytes, true);
      const isBefore =
        middleHigh < high || (middleHigh === high && view.getUint32(middle * entryBytes + 4, true) < low);
      if (isBefore) start = middle + 1;
      else end = middle;
    }
    return start * entryBytes;
  };

  const search = (high: number, low: number, before?: Place[]): Place[] | undefined => {
    let found = before;
    for (let number = firstBlock(high); number < layout.blocks; number += 1) {
      hold(number);
      const end = entries * entryBytes;
      for (let offset = firstEntry(high, low); offset < end; offset += entryBytes) {
        if (view.getUint32(offset, true) !== high || view.getUint32(offset + 4, true) !== low) return found;
        (found ??= []).push(view.getFloat64(offset + 8, true));
      }
    }
    return found;
  };

  return {
    entry,
    memoryBytes: layout.filter.length + layout.fences.length + blockBytes,
    diskBytes: layout.sizeBytes,
    places: (high, low, found) => (filter.mayHave(high, low) ? search(high, low, found) : found),
    spoil: () => file.note(new Uint8Array(layout.foot.length), layout.foot.position),
    close: () => file.close(),
  };
};
