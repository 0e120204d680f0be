import { crc32 } from 'node:zlib';
import type { EventBody, NewEvent, Place, RecordedEvent, RecordedGroup } from '@tollgate/event-store';
import { groupLineOf, lineOf, typeText } from './event-line';
import { eventHeaderBytes, groupHeaderBytes, headersBytes, inEvent, inGroup, linesStart, magic } from './layout';

/** A stream as the events of one append see it. */
export type StreamOfLines = { name: string; streamClass: number; beginning: string };

export type EncodedGroup<Body extends EventBody> = { bytes: Buffer; crc: number; recorded: RecordedGroup<Body> };

/**
 * Makes one group after the other, in buffers that are used again: what `finish` returns holds until `begin`. This is the hot path
 * of the log: plain loops, no objects for an event but its text.
 */
export type GroupEncoder<Body extends EventBody> = {
  begin(): void;
  count(): number;
  /** Of the lines so far. */
  sizeBytes(): number;
  /** Room for the headers of so many events; `add` needs it. */
  reserve(events: number): void;
  add(event: NewEvent<Body>, stream: StreamOfLines, at: { revision: number; before: Place }): void;
  /** Headers of events, and where the fold bytes of the last one begin. */
  headers(): DataView;
  foldOffset(): number;
  finish(group: { first: Place; before: number; recordedAt: string }): EncodedGroup<Body>;
};

const usualLinesBytes = 1 << 20;
/** One that was needed for a group out of the ordinary is not kept. */
const keptBytes = 16 << 20;

export const createGroupEncoder = <Body extends EventBody>(
  versionOf: (type: Body['type']) => number,
): GroupEncoder<Body> => {
  const typeTexts = new Map<string, string>();
  let headers = new Uint8Array(64 << 10);
  let view = new DataView(headers.buffer);
  let lines = Buffer.allocUnsafe(usualLinesBytes);
  let whole = Buffer.allocUnsafe(usualLinesBytes);
  let lineEnd = 0;
  let events: NewEvent<Body>[] = [];
  let streams: string[] = [];
  let sources = createSources();

  const textOfType = (type: string): string => {
    const text = typeTexts.get(type) ?? typeText(type, versionOf(type));
    typeTexts.set(type, text);
    return text;
  };
  return {
    begin: () => {
      lineEnd = 0;
      events = [];
      streams = [];
      sources = createSources();
      if (lines.length > keptBytes) lines = Buffer.allocUnsafe(usualLinesBytes);
      if (whole.length > keptBytes) whole = Buffer.allocUnsafe(usualLinesBytes);
    },
    count: () => events.length,
    sizeBytes: () => lineEnd,
    reserve: (added) => {
      const start = events.length * eventHeaderBytes;
      const end = start + added * eventHeaderBytes;
      if (end > headers.length) {
        headers = grown(headers, end);
        view = new DataView(headers.buffer);
      }
      headers.fill(0, start, end);
    },
    add: (event, { name, streamClass, beginning }, { revision, before }) => {
      const at = events.length * eventHeaderBytes;
      const text = lineOf(event, sources.placeOf(event.metadata.source), {
        ...{ beginning, revision, type: textOfType(event.type) },
      });
      if (lineEnd + maxBytesOf(text) > lines.length)
        lines = Buffer.from(grown(lines, lineEnd + maxBytesOf(text)).buffer);
      const start = lineEnd;
      lineEnd += lines.write(text, start);
      view.setUint32(at + inEvent.lineEnd, lineEnd, true);
      view.setUint32(at + inEvent.lineCrc, crc32(lines.subarray(start, lineEnd)), true);
      view.setUint32(at + inEvent.revision, revision, true);
      view.setUint8(at + inEvent.streamClass, streamClass);
      view.setFloat64(at + inEvent.before, before, true);
      events.push(event);
      streams.push(name);
    },
    headers: () => view,
    foldOffset: () => (events.length - 1) * eventHeaderBytes + inEvent.fold,
    finish: (group) => {
      const line = Buffer.from(groupLineOf({ recordedAt: group.recordedAt, sources: sources.all() }));
      const layout = { count: events.length, lineBytes: line.length };
      const sizeBytes = linesStart(layout) + lineEnd;
      if (sizeBytes > whole.length) whole = Buffer.allocUnsafe(sizeBytes * 2);
      const bytes = whole.subarray(0, sizeBytes);
      bytes.set(headers.subarray(0, layout.count * eventHeaderBytes), groupHeaderBytes);
      bytes.set(line, headersBytes(layout));
      lines.copy(bytes, linesStart(layout), 0, lineEnd);
      const crc = writeGroupHeader(bytes, { ...group, ...layout, lineCrc: crc32(line) });
      return { bytes, crc, recorded: recordedGroup({ ...group, bytes, events, streams }) };
    },
  };
};

/** Most bytes UTF-8 needs for it. */
const maxBytesOf = (text: string): number => 3 * text.length;

const grown = (bytes: Uint8Array, needed: number): Uint8Array<ArrayBuffer> => {
  const larger = new Uint8Array(Math.max(2 * bytes.length, needed));
  larger.set(bytes);
  return larger;
};

/** The sources of a group by identity: they are few, and mostly the one before. */
const createSources = () => {
  const all: object[] = [];
  const places = new Map<object, number>();
  let last: object | undefined;
  return {
    all: (): readonly object[] => all,
    placeOf: (source: object | undefined): number => {
      if (source === undefined) return -1;
      if (source === last) return all.length - 1;
      const place = places.get(source);
      if (place !== undefined) return place;
      last = source;
      places.set(source, all.length);
      all.push(source);
      return all.length - 1;
    },
  };
};

type Written = { first: Place; before: number; count: number; lineBytes: number; lineCrc: number };

const writeGroupHeader = (bytes: Buffer, { first, before, count, lineBytes, lineCrc }: Written): number => {
  bytes.fill(0, 0, groupHeaderBytes);
  bytes.writeUInt32LE(magic, inGroup.magic);
  bytes.writeUInt32LE(before, inGroup.before);
  bytes.writeUInt32LE(bytes.length, inGroup.sizeBytes);
  bytes.writeUInt32LE(count, inGroup.count);
  bytes.writeUInt32LE(lineBytes, inGroup.lineBytes);
  bytes.writeUInt32LE(lineCrc, inGroup.lineCrc);
  bytes.writeDoubleLE(first, inGroup.first);
  const crc = crc32(bytes.subarray(inGroup.checked, headersBytes({ count })));
  bytes.writeUInt32LE(crc, inGroup.crc);
  return crc;
};

type Recorded<Body extends EventBody> = {
  bytes: Buffer;
  first: Place;
  recordedAt: string;
  events: readonly NewEvent<Body>[];
  streams: readonly string[];
};

/** The group just made, as its index sees it once it is durable. */
const recordedGroup = <Body extends EventBody>(group: Recorded<Body>): RecordedGroup<Body> => {
  const { first, recordedAt, events, streams } = group;
  const bytes = new DataView(group.bytes.buffer, group.bytes.byteOffset, group.bytes.length);
  const headerOf = (index: number): number => groupHeaderBytes + index * eventHeaderBytes;
  const revision = (index: number): number => bytes.getUint32(headerOf(index) + inEvent.revision, true);
  return {
    count: events.length,
    place: (index) => first + index,
    revision,
    bytes,
    foldOffset: (index) => headerOf(index) + inEvent.fold,
    event: (index) => {
      const [event, stream] = [events[index], streams[index]];
      if (event === undefined || stream === undefined) throw new Error(`the group has no event ${String(index)}`);
      const recorded = { stream, revision: revision(index), position: BigInt(first + index), recordedAt };
      return { ...event, ...recorded } satisfies RecordedEvent<Body>;
    },
  };
};
