import { crc32 } from 'node:zlib';
import type { FolderFile } from '@tollgate/folder';
import type { Place } from '@tollgate/event-store';
import { filterBytes, filterPieces } from './filter';
import { entryBytes } from './id-table';

/**
 * A run: ids of a range of the log, sorted, in a file that never changes. Blocks of 63 entries; then the filter over all of
 * them; then for each block the upper half of its first fingerprint; then the foot, a block of JSON, written last. Little-endian.
 */
export type RunEntry = {
  name: string;
  count: number;
  /** It has every id of the events from here … */
  first: Place;
  /** … to here. */
  last: Place;
};

/** A hit reads one and checks it: with 4 KiB the check alone would take longer than the reading. */
export const blockBytes = 1024;
/** An entry's room is left for the block's own: how many entries (4), its number (4), reserved (4), CRC-32 of all that (4). */
export const entriesPerBlock = blockBytes / entryBytes - 1;
export const blockFields = { count: blockBytes - 16, number: blockBytes - 12, crc: blockBytes - 4 };

/** Where the parts of a run of so many entries stand in its file. */
export const layoutOf = (count: number) => {
  const blocks = Math.ceil(count / entriesPerBlock);
  const filter = { position: blocks * blockBytes, length: filterBytes(count) };
  const fences = { position: filter.position + filter.length, length: 4 * blocks };
  const foot = { position: fences.position + fences.length, length: blockBytes };
  return { blocks, filter, fences, foot, sizeBytes: foot.position + foot.length };
};

/** What cannot be what was written. The runs are derived: whoever meets it has them made anew from the log. */
export class IdRunDamaged extends Error {
  override readonly name = 'IdRunDamaged';
  readonly file: string;

  constructor(file: string, what: string, cause?: unknown) {
    super(`${file}: ${what}`, { cause });
    this.file = file;
  }
}

/** Fills `into` from `position`, wholly. */
export const readWhole = (run: { name: string; file: FolderFile }, into: Uint8Array, position: number): void => {
  let read: number;
  try {
    read = run.file.read(into, { offset: 0, length: into.length, position });
  } catch (error) {
    throw new IdRunDamaged(run.name, `${into.length} bytes at ${position} cannot be read`, error);
  }
  if (read !== into.length) throw new IdRunDamaged(run.name, `ends before ${position + into.length}`);
};

/** Throws unless this is block `number` as it was written; returns how many entries it has. */
export const checkBlock = (name: string, block: Uint8Array, number: number): number => {
  const view = new DataView(block.buffer, block.byteOffset, blockBytes);
  if (view.getUint32(blockFields.crc, true) !== crc32(block.subarray(0, blockFields.crc)))
    throw new IdRunDamaged(name, `block ${number} is damaged`);
  if (view.getUint32(blockFields.number, true) !== number)
    throw new IdRunDamaged(name, `block ${number} stands elsewhere`);
  return view.getUint32(blockFields.count, true);
};

type Foot = { format: 'tollgate-ids'; version: 1; ledger: string } & Omit<RunEntry, 'name'> & {
    filterCrc: number;
    fencesCrc: number;
  };

/** Changes with anything that is stored, the hash and its input among them. */
const version = 1;

/** The filter in its pieces. */
export type RunParts = { filter: readonly Uint8Array<ArrayBuffer>[]; fences: Uint8Array<ArrayBuffer> };

export const encodeFoot = (entry: RunEntry, ledger: string, { filter, fences }: RunParts): Uint8Array => {
  const { count, first, last } = entry;
  const crcs = { filterCrc: filter.reduce((crc, piece) => crc32(piece, crc), 0), fencesCrc: crc32(fences) };
  const foot: Foot = { format: 'tollgate-ids', version, ledger, count, first, last, ...crcs };
  return sealPage(JSON.stringify(foot));
};

/** JSON in a block of blanks whose last bytes are its CRC-32, so that nothing of it can change unseen. */
const sealPage = (json: string): Uint8Array => {
  const page = Buffer.alloc(blockBytes, ' ');
  page.write(json, 0);
  page.writeUInt32LE(crc32(page.subarray(0, blockFields.crc)), blockFields.crc);
  return page;
};

/** Filter and fences of a run in a file; throws unless the file is the run that `entry` names, whole. Blocks are checked when read. */
export const readParts = (file: FolderFile, entry: RunEntry, ledger: string): RunParts => {
  const run = { name: entry.name, file };
  const layout = layoutOf(entry.count);
  const filter = filterPieces(entry.count);
  const fences = new Uint8Array(layout.fences.length);
  let { position } = layout.filter;
  for (const piece of filter) {
    readWhole(run, piece, position);
    position += piece.length;
  }
  readWhole(run, fences, layout.fences.position);
  checkFoot(file, entry, encodeFoot(entry, ledger, { filter, fences }));
  return { filter, fences };
};

/** The foot is compared whole: of its facts each is known from the manifest or has just been read. */
export const checkFoot = (file: FolderFile, entry: RunEntry, expected: Uint8Array): void => {
  const { foot, sizeBytes } = layoutOf(entry.count);
  if (file.sizeBytes() !== sizeBytes)
    throw new IdRunDamaged(entry.name, `has ${file.sizeBytes()} bytes of ${sizeBytes}`);
  const page = new Uint8Array(foot.length);
  readWhole({ name: entry.name, file }, page, foot.position);
  if (Buffer.compare(page, expected) !== 0)
    throw new IdRunDamaged(entry.name, 'is of another log or version, or its filter is damaged');
};
