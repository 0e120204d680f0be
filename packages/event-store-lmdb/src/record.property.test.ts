import fc from 'fast-check';
import { LogDamaged } from '@tollgate/event-store';
import type { EventBody, RecordedEvent } from '@tollgate/event-store';
import { encodeRecord } from './old-log.fixture';
import { decodeRecord } from './record';

const body = fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean()));
const position = 42;

const event: fc.Arbitrary<RecordedEvent<EventBody>> = fc.record({
  eventId: fc.uuid(),
  type: fc.string(),
  data: body,
  metadata: body,
  stream: fc.string({ unit: 'grapheme', minLength: 1 }),
  revision: fc.nat(),
  position: fc.constant(BigInt(position)),
  recordedAt: fc.constant('2026-01-31T12:00:00.000Z'),
});

test('what is decoded is the event that was encoded', () => {
  fc.assert(
    fc.property(event, (original) => {
      expect(JSON.stringify({ ...decodeRecord(encodeRecord(original), position), position: 0 })).toBe(
        JSON.stringify({
          ...{ eventId: original.eventId, type: original.type, data: original.data, metadata: original.metadata },
          ...{ stream: original.stream, revision: original.revision, position: 0, recordedAt: original.recordedAt },
        }),
      );
    }),
  );
});

test('a changed bit anywhere in a record is damage, never another event', () => {
  fc.assert(
    fc.property(event, fc.nat(), fc.nat(7), (original, place, bit) => {
      const record = encodeRecord(original);
      const at = place % record.length;
      record.writeUInt8(record.readUInt8(at) ^ (1 << bit), at);
      expect(() => decodeRecord(record, position)).toThrow(LogDamaged);
    }),
  );
});

test('a record that is cut is damage', () => {
  fc.assert(
    fc.property(event, fc.nat(), (original, place) => {
      const record = encodeRecord(original);
      expect(() => decodeRecord(record.subarray(0, place % record.length), position)).toThrow(
        'the event at position 42 is damaged',
      );
    }),
  );
});
