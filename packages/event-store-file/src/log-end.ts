import { LogDamaged } from '@tollgate/event-store';
import type { EventBody, Place } from '@tollgate/event-store';
import { after, beginningOfSegment, damagedAt, fileOf, findGroup, isNext } from './load-group';
import type { Cursor, Loader, OpenSegment } from './load-group';
import { magicBytes } from './layout';
import { mark } from './segment';
import type { Segment } from './segment';
import { segmentHeaderBytes } from './segment-header';
import type { StoredGroup } from './stored-group';

/**
 * Where the last segment ends; `tornBytes` is what stands after that and is no group. `lastGroup` is where its last group begins;
 * absent if it has none yet.
 */
export type LogEnd = { offset: number; last: Place; crc: number; tornBytes: number; lastGroup: number | undefined };

/**
 * Reads the last segment to its end and checks every byte of it. What a crash left of a last write is not damage: a group that
 * is not whole with no whole one after it. Anything else that is not whole throws `LogDamaged`.
 */
export const findEnd = async <Body extends EventBody>(
  loader: Loader<Body>,
  opened: OpenSegment,
  turn: () => Promise<void>,
): Promise<LogEnd> => {
  let cursor = beginningOfSegment(opened.segment, segmentHeaderBytes);
  let turnAt = cursor.offset + bytesATurn;
  let lastGroup: number | undefined;
  while (cursor.offset < opened.end) {
    const group = findGroup(loader, opened, cursor.offset);
    if (group === undefined || !isNext(group.header, cursor) || !areLinesWhole(group)) {
      requireTorn(loader, opened, { group, cursor });
      break;
    }
    mark(opened.segment, { ...group.header });
    lastGroup = cursor.offset;
    cursor = after(group);
    if (cursor.offset >= turnAt) {
      turnAt = cursor.offset + bytesATurn;
      await turn();
    }
  }
  const crc = cursor.crc ?? opened.segment.headerCrc;
  return { offset: cursor.offset, last: cursor.next - 1, crc, tornBytes: opened.end - cursor.offset, lastGroup };
};

/** The last group of the log, which the segment before has where this one has none yet. */
export const lastGroupOf = (
  { header: { first, before } }: Segment,
  { last, crc }: LogEnd,
): { place: Place; crc: number } => ({ place: last, crc: last < first ? before.crc : crc });

const bytesATurn = 16 << 20;

/** Reads every line, as what is in the middle of the log is not read again at a start. Nonsense that was written is no torn write. */
const areLinesWhole = (group: StoredGroup<EventBody>): boolean => {
  try {
    group.groupLineText();
    for (let index = 0; index < group.count; index += 1) group.lineText(index);
    return true;
  } catch (error) {
    if (error instanceof LogDamaged) return false;
    throw error;
  }
};

const requireTorn = (
  loader: Loader<EventBody>,
  opened: OpenSegment,
  { group, cursor }: { group: StoredGroup<EventBody> | undefined; cursor: Cursor },
): void => {
  const isForeign = group !== undefined && !isNext(group.header, cursor);
  if (isForeign || hasGroupAfter(loader, opened, cursor)) throw damagedAt(fileOf(loader, opened), cursor);
};

const searchBytes = 1 << 20;

/** Only one write is under way at a time, so a group that is whole was written after the one before was whole. */
const hasGroupAfter = (loader: Loader<EventBody>, opened: OpenSegment, { offset, next }: Cursor): boolean => {
  const chunk = Buffer.alloc(searchBytes);
  for (let position = offset + 1; position < opened.end; position += searchBytes - magicBytes.length + 1) {
    const length = opened.file.read(chunk, {
      offset: 0,
      length: Math.min(searchBytes, opened.end - position),
      position,
    });
    for (let at = chunk.indexOf(magicBytes); at >= 0 && at < length; at = chunk.indexOf(magicBytes, at + 1)) {
      const group = findGroup(loader, opened, position + at);
      if (group !== undefined && group.header.first >= next) return true;
    }
    if (length < searchBytes) break;
  }
  return false;
};
