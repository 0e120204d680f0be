import { LogUnavailable } from '@tollgate/event-store';
import type { Folder, FolderFile } from '@tollgate/folder';
import { LogStuck } from './log-stuck';
import { withRoom } from './room';
import type { Segment } from './segment';

/** Puts bytes where a segment ends, on the disk or not at all. */
export type SegmentEnd = {
  /** Bytes that the log may take, so many at least. Throws `LogUnavailable` where there are less. */
  requireFree(sizeBytes: number): number;
  /** Throws `LogUnavailable` when nothing of them is on the disk, and `LogStuck` when that is not known. */
  put(file: FolderFile, segment: Segment, bytes: Uint8Array): Promise<void>;
};

/** For what is derived from the log, and for notes: the log is not to take the last bytes of a disk. */
const reserveBytes = 4 << 20;

/** After a write that failed another may never be answered. */
const secondChanceMs = 5_000;

export const createSegmentEnd = (folder: Folder, segmentBytes: number): SegmentEnd => {
  let hasFailed = false;
  /** A limit that the disk does not tell of can leave room for a group and none behind it. */
  let hasRoom = true;

  const cutBack = async (file: FolderFile, sizeBytes: number, cause: unknown): Promise<void> => {
    try {
      await inTime(file.truncate(sizeBytes), folder);
      if (file.sizeBytes() === sizeBytes) return;
    } catch (error) {
      throw stuck(folder, new AggregateError([cause, error], 'neither the write nor its undoing succeeded'));
    }
    throw stuck(folder, cause);
  };
  const requireFree = (sizeBytes: number): number => {
    const leftBytes = folder.freeBytes();
    if (leftBytes < sizeBytes + reserveBytes)
      throw unavailableIn(folder, `the disk of ${folder.path} is full (${String(leftBytes)} bytes left)`);
    return leftBytes - reserveBytes;
  };
  const put = async (file: FolderFile, segment: Segment, bytes: Uint8Array): Promise<void> => {
    const offset = segment.sizeBytes;
    try {
      const written = file.write(bytes, offset);
      await (hasFailed ? inTime(written, folder) : written);
      hasFailed = false;
    } catch (error) {
      if (error instanceof LogStuck) throw error;
      hasFailed = true;
      await cutBack(file, offset, error);
      segment.fileBytes = offset;
      throw unavailableIn(folder, error);
    }
    segment.fileBytes = Math.max(segment.fileBytes, offset + bytes.length);
  };
  const putWithRoom = async (file: FolderFile, segment: Segment, bytes: Uint8Array): Promise<void> => {
    const most = Math.min(requireFree(bytes.length), segmentBytes - segment.sizeBytes);
    const wanted = hasRoom ? withRoom(bytes, most) : bytes;
    try {
      await put(file, segment, wanted);
    } catch (error) {
      if (wanted === bytes || error instanceof LogStuck) throw error;
      hasRoom = false;
      await put(file, segment, bytes);
    }
  };

  return {
    requireFree,
    put: (file, segment, bytes) => {
      const isInRoom = segment.sizeBytes + bytes.length <= segment.fileBytes;
      return isInRoom ? put(file, segment, bytes) : putWithRoom(file, segment, bytes);
    },
  };
};

export const unavailableIn = (folder: Folder, error: unknown): LogUnavailable =>
  new LogUnavailable(`the log in ${folder.path} cannot be written: ${reasonOf(error)}`, { cause: error });

const stuck = ({ path }: Folder, cause: unknown): LogStuck =>
  new LogStuck(`what was written last in ${path} is not known (${reasonOf(cause)}): start again`, { cause });

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const inTime = async (done: Promise<void>, folder: Folder): Promise<void> => {
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
