import type { EventBody, EventCodec, Place } from '@tollgate/event-store';
import type { FolderFile } from '@tollgate/folder';
import { after, createLoader, damagedAt, fileOf, loadGroup, peek } from './load-group';
import type { Cursor, Loader, OpenSegment } from './load-group';
import { mark, markBefore, segmentOf } from './segment';
import type { Segment } from './segment';
import type { Segments } from './segments';
import type { StoredGroup } from './stored-group';

/** Finds events by their places. One reader reads for one purpose, for it remembers where it was. */
export type GroupReader<Body extends EventBody> = {
  /** The group of the event; absent beyond the end of the log. It holds until the next call. */
  groupOf(place: Place): Promise<StoredGroup<Body> | undefined>;
  /** The same, if it is the group of the last call. */
  held(place: Place): StoredGroup<Body> | undefined;
  /** What was read ahead of the end of the log may have been written since. */
  forgetAhead(): void;
};

export type Readable<Body extends EventBody> = {
  segments: Segments;
  path: string;
  codec: EventCodec<Body>;
  turn(): Promise<void>;
};

/** A group that is held reads from the file it was loaded with, which may have been closed since for others to be opened. */
type Found<Body extends EventBody> = { group: StoredGroup<Body>; segment: Segment; file: FolderFile };

export const createGroupReader = <Body extends EventBody>(
  log: Readable<Body>,
  ahead: { headers: number; lines: number },
): GroupReader<Body> => {
  const loader = createLoader(log, ahead);
  let found: Found<Body> | undefined;

  const load = async (segment: Segment, place: Place): Promise<Found<Body>> => {
    const first = await log.segments.file(segment);
    const opened = { segment, file: first, end: segment.sizeBytes };
    const isAfterFound = found?.segment === segment && found.group.place(found.group.count) === place;
    const cursor =
      isAfterFound && found !== undefined ? after(found.group) : await walkTo({ log, loader }, opened, place);
    found = undefined;
    const file = await log.segments.file(segment);
    const group = loadGroup(loader, { ...opened, file }, cursor);
    mark(segment, group.header);
    return { group, segment, file };
  };
  const held = (place: Place): StoredGroup<Body> | undefined =>
    found !== undefined && found.segment.file === found.file && contains(found.group, place) ? found.group : undefined;
  return {
    held,
    forgetAhead: () => {
      loader.headers.forget();
      loader.lines.forget();
    },
    groupOf: async (place) => {
      const known = held(place);
      if (known !== undefined) return known;
      const segment = segmentOf(log.segments.all, place);
      if (segment === undefined || place > segment.last || place < 1) return undefined;
      found = await load(segment, place);
      return found.group;
    },
  };
};

const contains = ({ count, place }: StoredGroup<EventBody>, wanted: Place): boolean =>
  wanted >= place(0) && wanted < place(count);

const groupsATurn = 20_000;

/** From the last mark before it, group by group; what is passed is marked, so that it is passed once. */
const walkTo = async (
  { log, loader }: { log: Readable<EventBody>; loader: Loader<EventBody> },
  { segment, end, ...opened }: OpenSegment,
  place: Place,
): Promise<Cursor> => {
  let { offset, first } = markBefore(segment, place);
  let file = opened.file;
  for (let passed = 0; ; passed += 1) {
    const header = peek(loader.headers, { segment, file, end }, offset);
    if (header?.first !== first) throw damagedAt(fileOf(log, { segment }), { offset, next: first });
    mark(segment, header);
    if (place < first + header.count) return { offset, next: first, crc: undefined };
    offset += header.sizeBytes;
    first += header.count;
    if (passed % groupsATurn === groupsATurn - 1) {
      await log.turn();
      file = await log.segments.file(segment);
    }
  }
};
