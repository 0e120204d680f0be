import { crc32 } from 'node:zlib';
import type { EventBody, EventCodec, NewEvent, Place, RecordedGroup } from '@tollgate/event-store';
import { groupLineOf, typeText, writeLine } from './event-line';
import { eventHeaderBytes, groupHeaderBytes, headersBytes, inEvent, inGroup, linesStart, magic } from './layout';
import { createLineBuffer } from './line-buffer';
import { recordedEvent } from './recorded-event';

/** A stream as the events of one append see it. */
type StreamOfLines = { name: string; streamClass: number };

type EncodedGroup<Body extends EventBody> = { bytes: Buffer; crc: number; recorded: RecordedGroup<Body> };

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

const usualBytes = 64 << 10;
/** What was needed for a group out of the ordinary is not kept. */
const keptBytes = 16 << 20;

export const createGroupEncoder = <Body extends EventBody>({
  versionOf,
}: Pick<EventCodec<Body>, 'versionOf'>): GroupEncoder<Body> => {
  const typeTexts = new Map<string, string>();
  const lines = createLineBuffer();
  let headers = new Uint8Array(64 << 10);
  let view = new DataView(headers.buffer);
  let whole = Buffer.allocUnsafeSlow(usualBytes);
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
      lines.clear();
      events = [];
      streams = [];
      sources = createSources();
      if (whole.length > keptBytes) whole = Buffer.allocUnsafeSlow(usualBytes);
    },
    count: () => events.length,
    sizeBytes: lines.sizeBytes,
    reserve: (added) => {
      const start = events.length * eventHeaderBytes;
      const end = start + added * eventHeaderBytes;
      if (end > headers.length) {
        const larger = new Uint8Array(Math.max(2 * headers.length, end));
        larger.set(headers);
        headers = larger;
        view = new DataView(headers.buffer);
      }
      headers.fill(0, start, end);
    },
    add: (event, { name, streamClass }, { revision, before }) => {
      const at = events.length * eventHeaderBytes;
      const source = sources.placeOf(event.metadata.source);
      writeLine(lines.line, event, { stream: name, revision, type: textOfType(event.type), source });
      view.setUint32(at + inEvent.revision, revision, true);
      view.setUint8(at + inEvent.streamClass, streamClass);
      view.setFloat64(at + inEvent.before, before, true);
      lines.end({ view, at });
      events.push(event);
      streams.push(name);
    },
    headers: () => view,
    foldOffset: () => (events.length - 1) * eventHeaderBytes + inEvent.fold,
    // Each field by its name: objects put together by spreading cost a small group as much as its JSON.
    finish: ({ first, before, recordedAt }) => {
      lines.close(view);
      const line = Buffer.from(groupLineOf({ recordedAt, sources: sources.all() }));
      const [count, lineBytes] = [events.length, line.length];
      const layout = { count, lineBytes };
      const sizeBytes = linesStart(layout) + lines.sizeBytes();
      if (sizeBytes > whole.length) whole = Buffer.allocUnsafeSlow(2 * sizeBytes);
      const bytes = whole.subarray(0, sizeBytes);
      bytes.set(headers.subarray(0, count * eventHeaderBytes), groupHeaderBytes);
      bytes.set(line, headersBytes(layout));
      lines.copyInto(bytes, linesStart(layout));
      const crc = writeGroupHeader(bytes, { first, before, count, lineBytes, lineCrc: crc32(line) });
      return { bytes, crc, recorded: recordedGroup({ first, recordedAt, bytes, events, streams }) };
    },
  };
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
      const position = BigInt(first + index);
      return recordedEvent(event, event.eventId, { stream, revision: revision(index), position, recordedAt });
    },
  };
};
