import type { EventBody, LogIndex, Place, RecordedGroup } from '@tollgate/event-store';
import { createGroupReader } from './group-reader';
import type { Readable } from './group-reader';
import { after, beginningOfSegment, createLoader, damagedAt, fileOf, loadGroup } from './load-group';
import type { Cursor, Loader } from './load-group';
import { mark } from './segment';
import type { Segment } from './segment';
import { segmentHeaderBytes } from './segment-header';
import type { StoredGroup } from './stored-group';

/** Memory for reading one group after the other. */
export const aheadInOrder = { headers: 128 << 10, lines: 64 << 10 };

const millisecondsATurn = 20;

/** Gives the index every group after `from`, in order, straight from the headers; others get their turn between. */
export const replay = async <Body extends EventBody>(
  log: Readable<Body>,
  index: LogIndex<Body>,
  { from, onReplay }: { from: Place; onReplay?: ((place: Place, last: Place) => void) | undefined },
): Promise<void> => {
  const { last } = log.segments.last();
  const loader = createLoader(log, aheadInOrder);
  const add = (group: StoredGroup<Body>): void => {
    index.add(group.place(0) > from ? group : restOf(group, from + 1 - group.place(0)));
  };
  for (const segment of log.segments.all.filter((one) => one.last > from)) {
    let cursor = await cursorAt(log, segment, from + 1);
    while (cursor.offset < segment.sizeBytes) {
      const opened = { segment, file: await log.segments.file(segment), end: segment.sizeBytes };
      const turnAt = performance.now() + millisecondsATurn;
      while (cursor.offset < segment.sizeBytes && performance.now() < turnAt) {
        const group = loadGroup(loader, opened, cursor);
        mark(segment, group.header);
        add(group);
        cursor = after(group);
      }
      onReplay?.(cursor.next - 1, last);
      await log.turn();
    }
    requireEnd(loader, { segment, cursor });
  }
};

/** Where the group of `place` stands, or the first one of the segment if it begins after that. */
const cursorAt = async (log: Readable<EventBody>, segment: Segment, place: Place): Promise<Cursor> => {
  if (place <= segment.header.first) return beginningOfSegment(segment, segmentHeaderBytes);
  const group = await createGroupReader(log, aheadInOrder).groupOf(place);
  return group === undefined
    ? beginningOfSegment(segment, segmentHeaderBytes)
    : { offset: group.header.offset, next: group.place(0), crc: group.header.before };
};

/** A segment that was read through ends as the next one says it does. */
export const requireEnd = (
  loader: Loader<EventBody>,
  { segment, cursor }: { segment: Segment; cursor: Cursor },
): void => {
  if (cursor.next !== segment.last + 1 || cursor.crc !== segment.lastCrc)
    throw damagedAt(fileOf(loader, { segment }), cursor);
};

/** A group without its first events, which the index has already. */
const restOf = <Body extends EventBody>(group: RecordedGroup<Body>, skipped: number): RecordedGroup<Body> => ({
  count: group.count - skipped,
  place: (index) => group.place(index + skipped),
  revision: (index) => group.revision(index + skipped),
  bytes: group.bytes,
  foldOffset: (index) => group.foldOffset(index + skipped),
  event: (index) => group.event(index + skipped),
});
