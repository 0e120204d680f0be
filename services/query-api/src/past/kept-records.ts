import { crc32 } from 'node:zlib';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import type { Folder, FolderFile } from '@tollgate/folder';
import type { Log } from '@tollgate/service-runtime';
import { recordBytes, writeRecord } from './record';
import type { Turn } from './turn';

const crcBytes = 4;

/**
 * Records of long streams, a file for each, in blocks. They are derived from the log: what is not there, not whole or
 * not of this log is as if it had never been kept.
 */
export type KeptRecords = {
  /** Of one block. */
  readonly blockEvents: number;
  /** The whole blocks of a stream in order, one for each turn; each holds until the next. */
  blocks(stream: string, turn: Turn): AsyncGenerator<DataView>;
  /** How many there are. */
  count(stream: string): Promise<number>;
  /**
   * Keeps a whole block if it is the next one: while it was made, one before it may have been found damaged, which then is. It
   * outlives the process, not the machine.
   */
  add(place: Place, records: Uint8Array): Promise<void>;
};

type Place = { stream: string; number: number };

type Parts = { folder: Folder; log: Pick<EventLog<LogEvent>, 'readStream'>; logger: Log; blockEvents?: number };

export const openKeptRecords = ({ folder, log, logger, blockEvents = 8_192 }: Parts): KeptRecords => {
  const recordsBytes = blockEvents * recordBytes;
  const blockBytes = recordsBytes + crcBytes;
  const names = new Set(folder.names());
  /** Of the streams that have a file, as far as it was looked at. */
  const counts = new Map<string, number>();

  /** From that block on nothing is believed any more: it is made anew. */
  const forget = (stream: string, number: number, error?: string): void => {
    logger.warn(
      { stream, number, ...(error !== undefined && { error }) },
      'what was kept of the past of an account is damaged, and is made anew',
    );
    counts.set(stream, Math.min(number, counts.get(stream) ?? 0));
  };
  /** Absent where the file cannot be read: it may be gone, and what is kept is never needed. */
  const reading = async <Result>(stream: string, read: (file: FolderFile) => Result): Promise<Result | undefined> => {
    try {
      return await withFile({ folder, stream, isReadOnly: true }, read);
    } catch (error) {
      forget(stream, 0, String(error));
      return undefined;
    }
  };
  const isOfLog = async (stream: string, { block, count }: Found): Promise<boolean> => {
    const [event] = await log.readStream(stream, { from: count * blockEvents - 1, limit: 1 });
    const record = Buffer.alloc(recordBytes);
    if (event !== undefined) writeRecord(viewOf(record), 0, event);
    return event !== undefined && record.equals(block.subarray(-recordBytes - crcBytes, -crcBytes));
  };
  const count = async (stream: string): Promise<number> => {
    const known = counts.get(stream);
    if (known !== undefined || !names.has(nameOf(stream))) return known ?? 0;
    const last = await reading(stream, (file) => lastWhole(file, stream, blockBytes));
    const found = last !== undefined && (await isOfLog(stream, last)) ? last.count : 0;
    counts.set(stream, found);
    return found;
  };
  return {
    blockEvents,
    count,
    blocks: async function* (stream, turn) {
      const end = await count(stream);
      if (end === 0) return;
      const block = Buffer.allocUnsafeSlow(blockBytes);
      for (let number = 0; number < end; number += 1) {
        const place = { stream, number };
        const isWhole = await turn(() => reading(stream, (file) => readBlock(file, block, place)));
        if (isWhole === false) forget(stream, number);
        if (isWhole !== true) return;
        yield viewOf(block.subarray(0, recordsBytes));
      }
    },
    add: async ({ stream, number }, records) => {
      if ((await count(stream)) !== number) return;
      const name = nameOf(stream);
      // What stands there of another log must not be found again behind this one.
      if (number === 0) (await folder.open(name, { isNew: true })).close();
      names.add(name);
      const block = Buffer.alloc(blockBytes);
      block.set(records);
      block.writeUInt32LE(crcOf(block, { stream, number }), recordsBytes);
      await withFile({ folder, stream }, (file) => {
        file.note(block, number * blockBytes);
      });
      if ((await count(stream)) === number) counts.set(stream, number + 1);
    },
  };
};

/** The last whole block, and how many there are with it. */
type Found = { block: Buffer; count: number };

const lastWhole = (file: FolderFile, stream: string, blockBytes: number): Found | undefined => {
  const block = Buffer.allocUnsafe(blockBytes);
  for (let count = Math.floor(file.sizeBytes() / blockBytes); count > 0; count -= 1)
    if (readBlock(file, block, { stream, number: count - 1 })) return { block, count };
  return undefined;
};

/** A stream's name has characters that a file's may not have, and some disks take upper and lower case for the same. */
const nameOf = (stream: string): string => Buffer.from(stream).toString('hex');

type Opening = { folder: Folder; stream: string; isReadOnly?: boolean };

const withFile = async <Result>(
  { folder, stream, isReadOnly = false }: Opening,
  use: (file: FolderFile) => Result,
): Promise<Result> => {
  const file = await folder.open(nameOf(stream), { isReadOnly });
  try {
    return use(file);
  } finally {
    file.close();
  }
};

/** Whether the block is whole, and of that stream and place. */
const readBlock = (file: FolderFile, into: Buffer, place: Place): boolean =>
  file.read(into, { offset: 0, length: into.length, position: place.number * into.length }) === into.length &&
  into.readUInt32LE(into.length - crcBytes) === crcOf(into, place);

/** Of another format, it is another checksum. */
const crcOf = (block: Uint8Array, { stream, number }: Place): number =>
  crc32(block.subarray(0, -crcBytes), crc32(`records 1 of ${stream}, block ${String(number)}`));

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);
