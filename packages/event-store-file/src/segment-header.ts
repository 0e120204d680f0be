import { crc32 } from 'node:zlib';
import { LogDamaged } from '@tollgate/event-store';
import type { Place } from '@tollgate/event-store';

/** The segment before: its first place is its name, so a missing one is noticed, and so is one that is cut short. */
type SegmentBefore = { first: Place; sizeBytes: number; crc: number };

/** How a segment begins: one line of JSON, filled up with spaces. */
export type SegmentHeader = {
  /** Random, of this log and its copies. */
  ledger: string;
  /** What ids are hashed with, in hex. */
  seed: string;
  first: Place;
  before: SegmentBefore;
  /** Prefixes of stream names: an event's class is the number of the first that fits, from 1; 0 is any other. */
  classes: readonly string[];
};

export const segmentHeaderBytes = 512;
const format = 'tollgate-log';
const version = 1;

export const nameOf = (first: Place): string => `${String(first).padStart(16, '0')}.log`;

/** The first place of the segment with this name; absent if it is no segment's. */
export const firstOf = (name: string): Place | undefined =>
  /^\d{16}\.log$/.test(name) ? Number(name.slice(0, 16)) : undefined;

/** `crc` is of the header; the first group of the segment has it in the place of a group before. */
export const encodeSegmentHeader = (header: SegmentHeader): { bytes: Buffer; crc: number } => {
  const { ledger, seed, first, before, classes } = header;
  const text = JSON.stringify({ format, version, ledger, seed, first, before, classes });
  const crc = crc32(text);
  const line = `${text.slice(0, -1)},"crc":${String(crc)}}`;
  if (Buffer.byteLength(line) >= segmentHeaderBytes) throw new Error('the names of the stream classes are too long');
  const bytes = Buffer.alloc(segmentHeaderBytes, ' ');
  bytes.write(line);
  bytes.write('\n', segmentHeaderBytes - 1);
  return { bytes, crc };
};

/** The file a header is of, for people, and the first place that its name says. */
type HeaderFile = { path: string; first: Place };

/** Throws `LogDamaged` where it is not what was written, and names a version it does not know. */
export const decodeSegmentHeader = (
  bytes: Uint8Array,
  { path, first }: HeaderFile,
): { header: SegmentHeader; crc: number } => {
  const damaged = (what: string): LogDamaged =>
    new LogDamaged(`${what}; restore it from a copy`, { position: BigInt(first) });
  const text = Buffer.from(bytes).toString('utf8');
  const found = parse(text) as Partial<SegmentHeader & Format> | undefined;
  if (found?.format !== format) throw damaged(`${path} does not begin as a log does`);
  if (crcOf(text) !== found.crc) throw damaged(`the first line of ${path} is damaged`);
  if (found.version !== version)
    throw new Error(
      `${path} was written in log format ${String(found.version)}; this Tollgate reads format ${String(version)}`,
    );
  return withoutFormat(found as SegmentHeader & Format);
};

/** Of the line without its checksum, which stands last in it whatever the version of the format. */
const crcOf = (text: string): number => crc32(`${text.slice(0, text.lastIndexOf(',"crc":'))}}`);

type Format = { format: string; version: number; crc: number };

const withoutFormat = ({ ledger, seed, first, before, classes, crc }: SegmentHeader & Format) => ({
  header: { ledger, seed, first, before, classes },
  crc,
});

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
