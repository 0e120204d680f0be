import { crc32 } from 'node:zlib';
import { LogDamaged } from '@tollgate/event-store';
import type { EventBody, EventCodec, Place, RecordedGroup } from '@tollgate/event-store';
import { metadataOf, parseGroupLine, parseLine } from './event-line';
import type { GroupLine } from './event-line';
import { blockLines, eventHeaderBytes, groupHeaderBytes, headersBytes, inEvent, inGroup, linesStart } from './layout';
import type { GroupHeader } from './layout';
import { recordedEvent } from './recorded-event';
import { classOf } from './stream-classes';

/** A group that is read back. Its headers are whole; its lines are read, and checked, one by one when they are asked for. */
export type StoredGroup<Body extends EventBody> = RecordedGroup<Body> & {
  readonly header: GroupHeader;
  streamClass(index: number): number;
  /** The class that its segment gives a stream of this name. */
  classOf(stream: string): number;
  /** Place of the stream's event before, 0 if there is none. */
  before(index: number): Place;
  /** Bytes of the line, its end included. */
  lineBytes(index: number): number;
  /** As it is stored, without its end. */
  lineText(index: number): string;
  groupLine(): GroupLine;
  /** As it is stored, with its end. */
  groupLineText(): string;
};

/** Where the headers of a group are in memory, and how its lines are read. */
export type GroupSource<Body extends EventBody> = {
  header: GroupHeader;
  /** Of its segment. */
  classes: readonly string[];
  headers: DataView;
  /** Where the group begins in `headers`. */
  at: number;
  /** For people: which file. */
  file: string;
  codec: EventCodec<Body>;
  /** Bytes at `from` after the beginning of the group; as many as there are. */
  read(from: number, length: number): Buffer;
};

/** Whether the checksum over the headers is right. */
export const areHeadersWhole = (header: GroupHeader, bytes: Uint8Array, at: number): boolean =>
  crc32(bytes.subarray(at + inGroup.checked, at + headersBytes(header))) === header.crc;

export const storedGroup = <Body extends EventBody>(source: GroupSource<Body>): StoredGroup<Body> => {
  const { header, classes, headers, at, codec } = source;
  const headerOf = (index: number): number => at + groupHeaderBytes + index * eventHeaderBytes;
  const revision = (index: number): number => headers.getUint32(headerOf(index) + inEvent.revision, true);
  const lineEnd = (index: number): number =>
    index < 0 ? 0 : headers.getUint32(headerOf(index) + inEvent.lineEnd, true);
  const damaged = (index: number): LogDamaged =>
    new LogDamaged(
      `the event at position ${String(header.first + index)} is damaged (${source.file}, group at ${String(header.offset)}); restore the log from a copy`,
      { position: BigInt(header.first + index) },
    );
  const blocks = createBlockReader(source, lineEnd);
  const lineText = (index: number): string => {
    const { bytes, start } = blocks.of(index) ?? fail(damaged(index));
    return bytes.toString('utf8', lineEnd(index - 1) - start, lineEnd(index) - start - 1);
  };
  const groupLineText = (): string => {
    blocks.forget();
    return readGroupLine(source) ?? fail(damaged(0));
  };
  let known: GroupLine | undefined;
  const groupLine = (): GroupLine => (known ??= parseGroupLine(groupLineText()) ?? fail(damaged(0)));
  return {
    header,
    count: header.count,
    place: (index) => header.first + index,
    revision,
    bytes: headers,
    foldOffset: (index) => headerOf(index) + inEvent.fold,
    streamClass: (index) => headers.getUint8(headerOf(index) + inEvent.streamClass),
    classOf: (stream) => classOf(classes, stream),
    before: (index) => headers.getFloat64(headerOf(index) + inEvent.before, true),
    lineBytes: (index) => lineEnd(index) - lineEnd(index - 1),
    lineText,
    groupLine,
    groupLineText,
    event: (index) => {
      const { recordedAt, sources } = groupLine();
      const line = parseLine(lineText(index)) ?? fail(damaged(index));
      const { stream, eventId, type, version, data } = line;
      if (line.revision !== revision(index)) throw damaged(index);
      const metadata = metadataOf(line, sources) ?? fail(damaged(index));
      const body = codec.decode({ type, version, data, metadata });
      const position = BigInt(header.first + index);
      return recordedEvent(body, eventId, { stream, revision: line.revision, position, recordedAt });
    },
  };
};

const fail = (error: Error): never => {
  throw error;
};

/** Absent where it is not what was written. */
const readGroupLine = ({ header, read }: Pick<GroupSource<EventBody>, 'header' | 'read'>): string | undefined => {
  const bytes = read(headersBytes(header), header.lineBytes);
  const isWhole = bytes.length === header.lineBytes && crc32(bytes) === header.lineCrc;
  return isWhole ? bytes.toString('utf8') : undefined;
};

type Block = { first: number; bytes: Buffer; start: number };

/** Reads lines by the block, which is what their checksums are of. A block holds until something else is read. */
const createBlockReader = (
  { header, headers, at, read }: GroupSource<EventBody>,
  lineEnd: (index: number) => number,
) => {
  let block: Block | undefined;
  const load = (first: number): Block | undefined => {
    const last = Math.min(header.count, first + blockLines) - 1;
    const [start, length] = [lineEnd(first - 1), lineEnd(last) - lineEnd(first - 1)];
    const crc = headers.getUint32(at + groupHeaderBytes + last * eventHeaderBytes + inEvent.blockCrc, true);
    const bytes = length > 0 ? read(linesStart(header) + start, length) : Buffer.alloc(0);
    return bytes.length === length && crc32(bytes) === crc ? { first, bytes, start } : undefined;
  };
  return {
    /** The block with the line of the event; absent if it is not what was written. */
    of: (index: number): Block | undefined => {
      const first = index - (index % blockLines);
      if (block?.first !== first) block = load(first);
      return block;
    },
    forget: () => {
      block = undefined;
    },
  };
};
