import type { LogUnavailable, Place } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { mark } from './segment';
import { createSegmentEnd, inTime, unavailableIn } from './segment-end';
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
  /** Leaves a file that ends where the log does, if the disk lets it. */
  close(): Promise<void>;
};

const probeName = 'probe';
const probeBytes = 256 << 10;

export const createLogWriter = (folder: Folder, segments: Segments, segmentBytes: number): LogWriter => {
  const end = createSegmentEnd(folder, segmentBytes);
  const unavailable = (error: unknown): LogUnavailable => unavailableIn(folder, error);
  return {
    probe: async () => {
      end.requireFree(probeBytes);
      await probe(folder).catch((error: unknown) => {
        throw unavailable(error);
      });
    },
    prepare: async () => {
      const { sizeBytes, lastCrc } = segments.last();
      if (sizeBytes < segmentBytes || sizeBytes === segmentHeaderBytes) return lastCrc;
      try {
        // The next one names the size of its file.
        await giveRoomBack(segments);
        await segments.roll(segments.last().header.classes);
      } catch (error) {
        throw unavailable(error);
      }
      return segments.last().lastCrc;
    },
    write: async ({ bytes, crc, first, count }) => {
      const segment = segments.last();
      const file = await Promise.resolve(segments.file(segment)).catch((error: unknown) => {
        throw unavailable(error);
      });
      const offset = segment.sizeBytes;
      await end.put(file, segment, bytes);
      segment.sizeBytes += bytes.length;
      segment.last = first + count - 1;
      segment.lastCrc = crc;
      mark(segment, { offset, sizeBytes: bytes.length, first, count });
    },
    close: () => giveRoomBack(segments).catch(() => undefined),
  };
};

const probe = async (folder: Folder): Promise<void> => {
  const file = await folder.open(probeName, { isNew: true });
  await inTime(file.write(new Uint8Array(probeBytes), 0), folder).finally(file.close);
  await folder.remove(probeName);
};

/** Waits as long as it takes: cut later, it could cut what was written since. */
const giveRoomBack = async (segments: Segments): Promise<void> => {
  const segment = segments.last();
  if (segment.fileBytes === segment.sizeBytes) return;
  await (await segments.file(segment)).truncate(segment.sizeBytes);
  segment.fileBytes = segment.sizeBytes;
};
