import { LogDamaged } from '@tollgate/event-store';
import type { EventBody, EventCodec, Place } from '@tollgate/event-store';
import type { FolderFile } from '@tollgate/folder';
import { groupHeaderBytes, headersBytes, readGroupHeader } from './layout';
import type { GroupHeader } from './layout';
import type { Segment } from './segment';
import { areHeadersWhole, storedGroup } from './stored-group';
import type { StoredGroup } from './stored-group';
import { createWindow } from './window';
import type { Window } from './window';

/** Where the next group is expected. `crc` is that of the one before, where that was read. */
export type Cursor = { offset: number; next: Place; crc: number | undefined };

/** Memory for reading groups, one at a time: a group holds until the next one is loaded. */
export type Loader<Body extends EventBody> = {
  /** Of the folder, for people. */
  path: string;
  codec: EventCodec<Body>;
  headers: Window;
  lines: Window;
};

export const createLoader = <Body extends EventBody>(
  { path, codec }: { path: string; codec: EventCodec<Body> },
  ahead: { headers: number; lines: number },
): Loader<Body> => ({ path, codec, headers: createWindow(ahead.headers), lines: createWindow(ahead.lines) });

export type OpenSegment = { segment: Segment; file: FolderFile; end: number };

export const beginningOfSegment = ({ header, headerCrc }: Segment, offset: number): Cursor => ({
  offset,
  next: header.first,
  crc: headerCrc,
});

export const after = ({ header: { offset, sizeBytes, crc }, count, place }: StoredGroup<EventBody>): Cursor => ({
  offset: offset + sizeBytes,
  next: place(count),
  crc,
});

/** The header where a group is expected; absent if none can stand there. */
export const peek = (headers: Window, opened: OpenSegment, offset: number): GroupHeader | undefined => {
  const at = headers.at(opened, offset, groupHeaderBytes);
  if (headers.available(at) < groupHeaderBytes) return undefined;
  const header = readGroupHeader(headers.view(), at, offset);
  return header !== undefined && offset + header.sizeBytes <= opened.end ? header : undefined;
};

/** A group whose headers are whole; absent if there is none at `offset`. */
export const findGroup = <Body extends EventBody>(
  loader: Loader<Body>,
  opened: OpenSegment,
  offset: number,
): StoredGroup<Body> | undefined => {
  const header = peek(loader.headers, opened, offset);
  if (header === undefined) return undefined;
  const at = loader.headers.at(opened, offset, headersBytes(header));
  if (!areHeadersWhole(header, loader.headers.bytes(), at)) return undefined;
  return storedGroup({
    ...{ header, headers: loader.headers.view(), at, codec: loader.codec },
    classes: opened.segment.header.classes,
    file: fileOf(loader, opened),
    read: createLineReader(loader, opened, header),
  });
};

/** Throws `LogDamaged` where it is not the group that is expected. */
export const loadGroup = <Body extends EventBody>(
  loader: Loader<Body>,
  opened: OpenSegment,
  cursor: Cursor,
): StoredGroup<Body> => {
  const group = findGroup(loader, opened, cursor.offset);
  if (group === undefined || !isNext(group.header, cursor)) throw damagedAt(fileOf(loader, opened), cursor);
  return group;
};

export const isNext = ({ first, before }: GroupHeader, { next, crc }: Cursor): boolean =>
  first === next && (crc === undefined || before === crc);

export const damagedAt = (file: string, { offset, next }: { offset: number; next: Place }): LogDamaged =>
  new LogDamaged(
    `${file} is damaged at byte ${String(offset)}, from position ${String(next)} on; restore the log from a copy`,
    { position: BigInt(next) },
  );

export const fileOf = ({ path }: { path: string }, { segment }: { segment: Segment }): string =>
  `${path}/${segment.name}`;

/** Who came back to a group for lines that do not follow each other does so again: unless it is huge, it is then read whole. */
const mostJumps = 2;
const wholeBytes = 2 << 20;

/** Reads bytes at `from` after the beginning of the group; as many as there are. */
const createLineReader = (
  { headers, lines }: Loader<EventBody>,
  opened: OpenSegment,
  { offset, sizeBytes }: GroupHeader,
): ((from: number, length: number) => Buffer) => {
  let next = 0;
  let jumps = 0;
  return (from, length) => {
    const position = offset + from;
    const ahead = headers.find(opened, position, length);
    if (ahead < 0 && from !== next && lines.find(opened, position, length) < 0) {
      jumps += 1;
      if (jumps > mostJumps && sizeBytes <= wholeBytes) lines.at(opened, offset, sizeBytes);
    }
    next = from + length;
    const window = ahead >= 0 ? headers : lines;
    const at = ahead >= 0 ? ahead : lines.at(opened, position, length);
    return window.bytes().subarray(at, at + Math.min(length, window.available(at)));
  };
};
