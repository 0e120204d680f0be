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
  /** Keeps the next block, which is whole. It outlives the process, not the machine. */
  add(stream: string, records: Uint8Array): Promise<void>;
};

type Parts = { folder: Folder; log: Pick<EventLog<LogEvent>, 'readStream'>; logger: Log; blockEvents?: number };

export const openKeptRecords = ({ folder, log, logger, blockEvents = 8_192 }: Parts): KeptRecords => {
  const recordsBytes = blockEvents * recordBytes;
  const blockBytes = recordsBytes + crcBytes;
  const names = new Set(folder.names());
  /** Of the streams that have a file, as far as it was looked at. */
  const counts = new Map<string, number>();

  const isOfLog = async (stream: string, block: Uint8Array, number: number): Promise<boolean> => {
    const [event] = await log.readStream(stream, { from: (number + 1) * blockEvents - 1, limit: 1 });
    const record = Buffer.alloc(recordBytes);
    if (event !== undefined) writeRecord(viewOf(record), 0, event);
    return event !== undefined && record.equals(block.subarray(-recordBytes - crcBytes, -crcBytes));
  };
  const countIn = async (file: FolderFile, stream: string): Promise<number> => {
    const block = Buffer.allocUnsafe(blockBytes);
    for (let count = Math.floor(file.sizeBytes() / blockBytes); count > 0; count -= 1)
      if (readBlock(file, block, { stream, number: count - 1 }))
        return (await isOfLog(stream, block, count - 1)) ? count : 0;
    return 0;
  };
  const count = async (stream: string): Promise<number> => {
    const known = counts.get(stream);
    if (known !== undefined || !names.has(nameOf(stream))) return known ?? 0;
    const found = await withFile(folder, stream, (file) => countIn(file, stream));
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
        const isWhole = await turn(() =>
          withFile(folder, stream, (file) => Promise.resolve(readBlock(file, block, { stream, number }))),
        );
        if (isWhole === false) {
          logger.warn({ stream, number }, 'what was kept of the past of an account is damaged, and is made anew');
          counts.set(stream, number);
        }
        if (isWhole !== true) return;
        yield viewOf(block.subarray(0, recordsBytes));
      }
    },
    add: async (stream, records) => {
      const number = await count(stream);
      const name = nameOf(stream);
      // What stands there of another log must not be found again behind this one.
      if (number === 0) (await folder.open(name, { isNew: true })).close();
      names.add(name);
      const block = Buffer.alloc(blockBytes);
      block.set(records);
      block.writeUInt32LE(crcOf(block, { stream, number }), recordsBytes);
      await withFile(folder, stream, (file) => {
        file.note(block, number * blockBytes);
        return Promise.resolve();
      });
      counts.set(stream, number + 1);
    },
  };
};

/** A stream's name has characters that a file's may not have, and some disks take upper and lower case for the same. */
const nameOf = (stream: string): string => Buffer.from(stream).toString('hex');

const withFile = async <Result>(
  folder: Folder,
  stream: string,
  use: (file: FolderFile) => Promise<Result>,
): Promise<Result> => {
  const file = await folder.open(nameOf(stream));
  try {
    return await use(file);
  } finally {
    file.close();
  }
};

type Place = { stream: string; number: number };

/** Whether the block is whole, and of that stream and place. */
const readBlock = (file: FolderFile, into: Buffer, place: Place): boolean =>
  file.read(into, { offset: 0, length: into.length, position: place.number * into.length }) === into.length &&
  into.readUInt32LE(into.length - crcBytes) === crcOf(into, place);

/** Of another format, it is another checksum. */
const crcOf = (block: Uint8Array, { stream, number }: Place): number =>
  crc32(block.subarray(0, -crcBytes), crc32(`records 1 of ${stream}, block ${String(number)}`));

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);
