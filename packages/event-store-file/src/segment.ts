import type { FolderFile } from '@tollgate/folder';
import type { Place } from '@tollgate/event-store';
import type { SegmentHeader } from './segment-header';

/**
 * One file of the log. `sizeBytes` and `last` are those of what is durable. `marks` say where some of its groups stand: the first,
 * then one for each 64 KiB at most, as far as the segment was walked through.
 */
export type Segment = {
  readonly name: string;
  readonly header: SegmentHeader;
  /** Of its header. */
  readonly headerCrc: number;
  sizeBytes: number;
  /** Of its file: what stands behind `sizeBytes` is room. Known of the segment that is written to. */
  fileBytes: number;
  /** Place of its last event, one before its first while it has none. */
  last: Place;
  /** Of its last group, of its header while it has none. */
  lastCrc: number;
  file: FolderFile | undefined;
  readonly marks: Marks;
};

/** `walked` is the end of the last group that was seen, and `next` the place that comes after it. */
type Marks = { places: Place[]; offsets: number[]; walked: number; next: Place };

const markBytes = 64 << 10;

export const createMarks = (offset: number, first: Place): Marks => ({
  places: [],
  offsets: [],
  walked: offset,
  next: first,
});

/** Takes up a group that was come by, if it is the next one. */
export const mark = (
  { marks }: Segment,
  group: { offset: number; sizeBytes: number; first: Place; count: number },
): void => {
  if (group.offset !== marks.walked) return;
  const last = marks.offsets.at(-1);
  if (last === undefined || group.offset - last >= markBytes) {
    marks.offsets.push(group.offset);
    marks.places.push(group.first);
  }
  marks.walked = group.offset + group.sizeBytes;
  marks.next = group.first + group.count;
};

/** Where a walk to the group of `place` begins: at the last mark before it. */
export const markBefore = ({ marks }: Segment, place: Place): { offset: number; first: Place } => {
  if (place >= marks.next) return { offset: marks.walked, first: marks.next };
  const { places, offsets } = marks;
  let low = 0;
  for (let high = places.length; high - low > 1;) {
    const middle = (low + high) >>> 1;
    if ((places[middle] ?? Infinity) <= place) low = middle;
    else high = middle;
  }
  return { offset: offsets[low] ?? marks.walked, first: places[low] ?? marks.next };
};

/** The segment of `place`: the last one that begins at it or before it. */
export const segmentOf = (segments: readonly Segment[], place: Place): Segment | undefined => {
  let low = 0;
  for (let high = segments.length; high - low > 1;) {
    const middle = (low + high) >>> 1;
    if ((segments[middle]?.header.first ?? Infinity) <= place) low = middle;
    else high = middle;
  }
  return segments[low];
};
