import { LogDamaged } from '@tollgate/event-store';
import type { EventBody } from '@tollgate/event-store';
import type { Folder, FolderFile } from '@tollgate/folder';
import { createLoader } from './load-group';
import { findEnd } from './log-end';
import type { LogFiles } from './open-to-read';
import { aheadInOrder } from './replay';
import { createMarks } from './segment';
import type { Segment } from './segment';
import { decodeSegmentHeader, segmentHeaderBytes } from './segment-header';
import { unfinished } from './segments';

const chunkBytes = 4 << 20;

type Target = { to: Folder; onCopied(bytes: number): void };

/** Copies a segment, checks every byte of it where it was written, and then gives it its name, in the place of a shorter one. */
export const copySegment = async <Body extends EventBody>(
  source: LogFiles<Body>,
  segment: Segment,
  { to, onCopied }: Target,
): Promise<void> => {
  const file = await written(to, to.open(unfinished, { isNew: true }));
  const chunk = Buffer.alloc(Math.min(chunkBytes, segment.sizeBytes));
  try {
    for (let position = 0; position < segment.sizeBytes;) {
      const length = Math.min(chunk.length, segment.sizeBytes - position);
      const read = (await source.segments.file(segment)).read(chunk, { offset: 0, length, position });
      if (read < length) throw new LogDamaged(`${source.loader.path}/${segment.name} was cut while it was copied`);
      await written(to, file.write(chunk.subarray(0, length), position));
      position += length;
      onCopied(length);
    }
    if (!(await isWhole({ path: to.path, segment, file }, source))) await blame(source, segment, to);
  } finally {
    file.close();
  }
  await written(to, to.rename(unfinished, segment.name));
};

const written = <Result>(to: Folder, writing: Promise<Result>): Promise<Result> =>
  writing.catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${to.path} cannot be written (${reason}): make room, or mend its disk, and run this again`, {
      cause,
    });
  });

type Written = { path: string; segment: Segment; file: FolderFile };

/** Whether a file has the groups of a segment, all of them, to the last byte. */
const isWhole = async <Body extends EventBody>(
  { path, segment, file }: Written,
  { loader: { codec } }: LogFiles<Body>,
): Promise<boolean> => {
  const marks = createMarks(segmentHeaderBytes, segment.header.first);
  const opened = { segment: { ...segment, marks }, file, end: segment.sizeBytes };
  try {
    if (headerCrcOf(opened) !== segment.headerCrc) return false;
    const end = await findEnd(createLoader({ path, codec }, aheadInOrder), opened, () => new Promise(setImmediate));
    return end.offset === segment.sizeBytes && end.last === segment.last && end.crc === segment.lastCrc;
  } catch (error) {
    if (error instanceof LogDamaged) return false;
    throw error;
  }
};

const headerCrcOf = ({ file, segment }: { file: FolderFile; segment: Segment }): number => {
  const bytes = Buffer.alloc(segmentHeaderBytes);
  file.read(bytes, { offset: 0, length: bytes.length, position: 0 });
  return decodeSegmentHeader(bytes, { path: segment.name, first: segment.header.first }).crc;
};

const blame = async (source: LogFiles<EventBody>, segment: Segment, to: Folder): Promise<never> => {
  const path = source.loader.path;
  if (!(await isWhole({ path, segment, file: await source.segments.file(segment) }, source)))
    throw new LogDamaged(`${path}/${segment.name} is damaged and was not copied; "tollgate verify" says where`);
  throw new Error(`what is read back from ${to.path} is not what was written to it: do not trust its disk`);
};
