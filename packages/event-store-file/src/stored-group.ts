import { crc32 } from 'node:zlib';
import { LogDamaged } from '@tollgate/event-store';
import type { EventBody, Place, RecordedEvent, RecordedGroup } from '@tollgate/event-store';
import type { EventCodec } from './event-codec';
import { parseGroupLine, parseLine } from './event-line';
import type { GroupLine } from './event-line';
import { eventHeaderBytes, groupHeaderBytes, headersBytes, inEvent, inGroup, linesStart } from './layout';
import type { GroupHeader } from './layout';

/** A group that is read back. Its headers are whole; its lines are read, and checked, one by one when they are asked for. */
export type StoredGroup<Body extends EventBody> = RecordedGroup<Body> & {
  readonly header: GroupHeader;
  streamClass(index: number): number;
  /** Place of the stream's event before, 0 if there is none. */
  before(index: number): Place;
  /** Bytes of the line, its end included. */
  lineBytes(index: number): number;
  /** As it is stored, without its end. */
  lineText(index: number): string;
  groupLine(): GroupLine;
};

/** Where the headers of a group are in memory, and how its lines are read. */
export type GroupSource<Body extends EventBody> = {
  header: GroupHeader;
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
  const { header, headers, at, codec } = source;
  const headerOf = (index: number): number => at + groupHeaderBytes + index * eventHeaderBytes;
  const revision = (index: number): number => headers.getUint32(headerOf(index) + inEvent.revision, true);
  const lineEnd = (index: number): number =>
    index < 0 ? 0 : headers.getUint32(headerOf(index) + inEvent.lineEnd, true);
  const damaged = (index: number): LogDamaged =>
    new LogDamaged(
      `the event at position ${String(header.first + index)} is damaged (${source.file}, group at ${String(header.offset)}); restore the log from a copy`,
    );
  const lineText = (index: number): string => {
    const start = lineEnd(index - 1);
    const length = lineEnd(index) - start;
    const bytes = length > 0 ? source.read(linesStart(header) + start, length) : Buffer.alloc(0);
    if (bytes.length !== length || crc32(bytes) !== headers.getUint32(headerOf(index) + inEvent.lineCrc, true))
      throw damaged(index);
    return bytes.toString('utf8', 0, length - 1);
  };
  let known: GroupLine | undefined;
  const groupLine = (): GroupLine => (known ??= readGroupLine(source, damaged(0)));
  return {
    header,
    count: header.count,
    place: (index) => header.first + index,
    revision,
    bytes: headers,
    foldOffset: (index) => headerOf(index) + inEvent.fold,
    streamClass: (index) => headers.getUint8(headerOf(index) + inEvent.streamClass),
    before: (index) => headers.getFloat64(headerOf(index) + inEvent.before, true),
    lineBytes: (index) => lineEnd(index) - lineEnd(index - 1),
    lineText,
    groupLine,
    event: (index) => {
      const { recordedAt, sources } = groupLine();
      const { stream, eventId, type, version, data, metadata, ...line } = parseLine(lineText(index), sources);
      if (line.revision !== revision(index)) throw damaged(index);
      const body = codec.decode({ type, version, data, metadata });
      const place = { stream, revision: line.revision, position: BigInt(header.first + index), recordedAt };
      return { ...body, eventId, ...place } satisfies RecordedEvent<Body>;
    },
  };
};

const readGroupLine = (
  { header, read }: { header: GroupHeader; read(from: number, length: number): Buffer },
  damaged: LogDamaged,
): GroupLine => {
  const bytes = read(headersBytes(header), header.lineBytes);
  if (bytes.length !== header.lineBytes || crc32(bytes) !== header.lineCrc) throw damaged;
  return parseGroupLine(bytes.toString('utf8'));
};
