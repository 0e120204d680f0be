import { LogUnavailable } from '@tollgate/event-store';
import type { Place } from '@tollgate/event-store';
import type { Folder, FolderFile } from '@tollgate/folder';
import { LogStuck } from './log-stuck';
import { mark } from './segment';
import { segmentHeaderBytes } from './segment-header';
import type { Segments } from './segments';

type WrittenGroup = { bytes: Buffer; crc: number; first: Place; count: number };

export type LogWriter = {
  /**
   * Returns the checksum that the next group names as the one before it; a new segment may have to be begun for that. Throws
   * `LogUnavailable`.
   */
  prepare(): Promise<number>;
  /**
   * Resolves when the group is on the disk. Throws `LogUnavailable` when nothing of it is, and `LogStuck` when that is not known.
   */
  write(group: WrittenGroup): Promise<void>;
  /** Throws `LogUnavailable` where as much as a group is not written beside the log. */
  probe(): Promise<void>;
};

/** For what is derived from the log, and for notes: the log is not to take the last bytes of a disk. */
const reserveBytes = 4 << 20;

const probeName = 'probe';
const probeBytes = 256 << 10;

/** After a write that failed another may never be answered. */
const secondChanceMs = 5_000;

export const createLogWriter = (folder: Folder, segments: Segments, segmentBytes: number): LogWriter => {
  let hasFailed = false;
  const unavailable = (error: unknown): LogUnavailable =>
    new LogUnavailable(`the log in ${folder.path} cannot be written: ${reasonOf(error)}`, { cause: error });

  const cutBack = async (file: FolderFile, sizeBytes: number, cause: unknown): Promise<void> => {
    try {
      await inTime(file.truncate(sizeBytes), folder);
      if (file.sizeBytes() === sizeBytes) return;
    } catch (error) {
      throw stuck(folder, new AggregateError([cause, error], 'neither the write nor its undoing succeeded'));
    }
    throw stuck(folder, cause);
  };
  const requireRoom = (sizeBytes: number): void => {
    const leftBytes = folder.freeBytes();
    if (leftBytes < sizeBytes + reserveBytes)
      throw unavailable(`the disk of ${folder.path} is full (${String(leftBytes)} bytes left)`);
  };
  return {
    probe: async () => {
      requireRoom(probeBytes);
      try {
        const file = await folder.open(probeName, { isNew: true });
        await inTime(file.write(new Uint8Array(probeBytes), 0), folder).finally(file.close);
        await folder.remove(probeName);
      } catch (error) {
        throw unavailable(error);
      }
    },
    prepare: async () => {
      const { sizeBytes, lastCrc } = segments.last();
      if (sizeBytes < segmentBytes || sizeBytes === segmentHeaderBytes) return lastCrc;
      try {
        await segments.roll(segments.last().header.classes);
      } catch (error) {
        throw unavailable(error);
      }
      return segments.last().lastCrc;
    },
    write: async ({ bytes, crc, first, count }) => {
      const segment = segments.last();
      requireRoom(bytes.length);
      const file = await Promise.resolve(segments.file(segment)).catch((error: unknown) => {
        throw unavailable(error);
      });
      const offset = segment.sizeBytes;
      try {
        const written = file.write(bytes, offset);
        await (hasFailed ? inTime(written, folder) : written);
        hasFailed = false;
      } catch (error) {
        if (error instanceof LogStuck) throw error;
        hasFailed = true;
        await cutBack(file, offset, error);
        throw unavailable(error);
      }
      segment.sizeBytes += bytes.length;
      segment.last = first + count - 1;
      segment.lastCrc = crc;
      mark(segment, { offset, sizeBytes: bytes.length, first, count });
    },
  };
};

const stuck = ({ path }: Folder, cause: unknown): LogStuck =>
  new LogStuck(`what was written last in ${path} is not known (${reasonOf(cause)}): start again`, { cause });

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const inTime = async (done: Promise<void>, folder: Folder): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(stuck(folder, `the disk has not answered for ${String(secondChanceMs / 1_000)} s`));
    }, secondChanceMs);
  });
  done.catch(() => undefined);
  await Promise.race([done, late]).finally(() => {
    clearTimeout(timer);
  });
};
