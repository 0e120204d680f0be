import { crc32 } from 'node:zlib';
import { LogDamaged } from '@tollgate/event-store';
import type { EventBody, RecordedEvent } from '@tollgate/event-store';

/** Without their names, which would be a tenth of the log. */
type Fields = [revision: number, eventId: string, type: string, data: object, metadata: object, recordedAt: string];

const bodyStart = 6;

/**
 * The event in a record: CRC-32 of the rest (4 bytes), length of the stream's name (2), the name, then a JSON list. Throws
 * `LogDamaged` if a bit has changed.
 */
export const decodeRecord = (record: Buffer, position: number): RecordedEvent<EventBody> => {
  if (record.length < bodyStart || crc32(record.subarray(4)) !== record.readUInt32LE(0))
    throw new LogDamaged(`the event at position ${String(position)} is damaged; restore the log from a copy`);
  const nameEnd = bodyStart + record.readUInt16LE(4);
  const stream = record.toString('utf8', bodyStart, nameEnd);
  const fields = JSON.parse(record.toString('utf8', nameEnd)) as Fields;
  const [revision, eventId, type, data, metadata, recordedAt] = fields;
  return { eventId, type, data, metadata, stream, revision, position: BigInt(position), recordedAt };
};
