import { foldBytes } from '@tollgate/event-store';
import type { Place } from '@tollgate/event-store';

/*
 * A group as it lies in a segment, everything little-endian:
 *
 *   group header | header of each event | the group's line | line of each event
 *
 * A line is JSON and ends with a line feed. The group's checksum is of its header and those of its events. The lines have theirs,
 * one for a block of few, which stand among these: so a replay need not read lines, and one event can be read and trusted
 * without the whole group.
 */

/** 0xF5 stands in no UTF-8 text, so no line can look like a group. */
export const magic = 0x4c4754f5;
export const magicBytes = Uint8Array.of(0xf5, 0x54, 0x47, 0x4c);

export const inGroup = {
  magic: 0,
  /** CRC-32 of all headers of the group from `checked` on. */
  crc: 4,
  checked: 8,
  /** `crc` of the group before, or that of the segment before where this is the first group of a segment. */
  before: 8,
  sizeBytes: 12,
  count: 16,
  lineBytes: 20,
  lineCrc: 24,
  /** Place of the first event. */
  first: 32,
} as const;
export const groupHeaderBytes = 40;

export const inEvent = {
  /** Where the line ends, from the start of the events' lines. */
  lineEnd: 0,
  /** CRC-32 of the lines of the block that ends with this event; 0 within a block. */
  blockCrc: 4,
  revision: 8,
  streamClass: 12,
  /** Place of the stream's event before, 0 if there is none. */
  before: 16,
  fold: 24,
} as const;
export const blockLines = 16;
export const eventHeaderBytes = inEvent.fold + foldBytes;

/** What a group's header says, and where in its segment it stands. */
export type GroupHeader = {
  offset: number;
  sizeBytes: number;
  count: number;
  first: Place;
  crc: number;
  before: number;
  lineBytes: number;
  lineCrc: number;
};

/** The header at `at`, if what stands there can be one at all. */
export const readGroupHeader = (bytes: DataView, at: number, offset: number): GroupHeader | undefined => {
  if (at + groupHeaderBytes > bytes.byteLength || bytes.getUint32(at, true) !== magic) return undefined;
  const header = {
    offset,
    sizeBytes: bytes.getUint32(at + inGroup.sizeBytes, true),
    count: bytes.getUint32(at + inGroup.count, true),
    first: bytes.getFloat64(at + inGroup.first, true),
    crc: bytes.getUint32(at + inGroup.crc, true),
    before: bytes.getUint32(at + inGroup.before, true),
    lineBytes: bytes.getUint32(at + inGroup.lineBytes, true),
    lineCrc: bytes.getUint32(at + inGroup.lineCrc, true),
  };
  const isPossible = header.count > 0 && linesStart(header) <= header.sizeBytes && Number.isSafeInteger(header.first);
  return isPossible ? header : undefined;
};

/** Of the headers of a group, its own and its events'. */
export const headersBytes = ({ count }: { count: number }): number => groupHeaderBytes + count * eventHeaderBytes;

/** Where the lines of the events begin, from the start of the group. */
export const linesStart = (group: { count: number; lineBytes: number }): number =>
  headersBytes(group) + group.lineBytes;
