import { crc32 } from 'node:zlib';
import { LogDamaged } from '@tollgate/event-store';
import type { EventBody, Position, RecordedEvent } from '@tollgate/event-store';

/**
 * One event as bytes: CRC-32 of the rest (4), length of the stream name (2), the name, then a JSON list. The name comes first so
 * that a filtered read can pass over an event without parsing it.
 */
export const encodeRecord = <Body extends EventBody>(event: RecordedEvent<Body>): Buffer => {
  const { stream, revision, eventId, type, data, metadata, recordedAt } = event;
  const json = JSON.stringify([revision, eventId, type, data, metadata, recordedAt] satisfies Fields<Body>);
  const nameBytes = Buffer.byteLength(stream);
  const record = Buffer.allocUnsafe(bodyStart + nameBytes + Buffer.byteLength(json));
  record.writeUInt16LE(nameBytes, 4);
  record.write(stream, bodyStart);
  record.write(json, bodyStart + nameBytes);
  record.writeUInt32LE(crc32(record.subarray(4)), 0);
  return record;
};

const bodyStart = 6;

/** Without their names, which would be a tenth of the log. */
type Fields<Body extends EventBody> = [
  revision: number,
  eventId: string,
  type: Body['type'],
  data: Body['data'],
  metadata: Body['metadata'],
  recordedAt: string,
];

/** The event, or nothing if its stream does not begin with one of `prefixes`. Throws `LogDamaged` if a bit has changed. */
export const decodeRecord = <Body extends EventBody>(
  record: Buffer,
  position: Position,
  prefixes: readonly string[],
): RecordedEvent<Body> | undefined => {
  if (record.length < bodyStart || crc32(record.subarray(4)) !== record.readUInt32LE(0))
    throw new LogDamaged(`the event at position ${String(position)} is damaged; restore the log from a copy`);
  const nameEnd = bodyStart + record.readUInt16LE(4);
  const stream = record.toString('utf8', bodyStart, nameEnd);
  if (!prefixes.some((prefix) => stream.startsWith(prefix))) return undefined;
  const fields = JSON.parse(record.toString('utf8', nameEnd)) as Fields<Body>;
  const [revision, eventId, type, data, metadata, recordedAt] = fields;
  return { eventId, type, data, metadata, stream, revision, position, recordedAt } as RecordedEvent<Body>;
};
