import * as fc from 'fast-check';
import { LogDamaged } from '@tollgate/event-store';
import type { EventBody, RecordedEvent } from '@tollgate/event-store';
import { decodeRecord, encodeRecord } from './record';

const position = 7n;

const anyEvent: fc.Arbitrary<RecordedEvent<EventBody>> = fc.record({
  stream: fc.string({ unit: 'grapheme', maxLength: 70 }),
  revision: fc.nat(),
  eventId: fc.uuid(),
  type: fc.string(),
  data: fc.object().map((data) => JSON.parse(JSON.stringify(data)) as object),
  metadata: fc.constant({ receivedAt: '2026-01-31T12:00:00.000Z' }),
  recordedAt: fc.constant('2026-01-31T12:00:00.000Z'),
  position: fc.constant(position),
});

describe('a record of the log', () => {
  test('decodes to the event it was made of', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        expect(decodeRecord(encodeRecord(event), position, [''])).toEqual(event);
      }),
    );
  });

  test('is refused whichever one of its bits has changed, even when its stream is not asked for', () => {
    fc.assert(
      fc.property(anyEvent, fc.nat(), fc.constantFrom('', 'no such stream'), (event, bit, prefix) => {
        const record = encodeRecord(event);
        const place = Math.floor(bit / 8) % record.length;
        record[place] = (record[place] ?? 0) ^ (1 << (bit % 8));
        expect(() => decodeRecord(record, position, [prefix])).toThrow(LogDamaged);
      }),
    );
  });

  test('is refused when it is cut short anywhere', () => {
    fc.assert(
      fc.property(anyEvent, fc.nat(), (event, length) => {
        const record = encodeRecord(event);
        expect(() => decodeRecord(record.subarray(0, length % record.length), position, [''])).toThrow(LogDamaged);
      }),
    );
  });

  test('is passed over when its stream begins with none of the prefixes', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        expect(decodeRecord(encodeRecord(event), position, [`${event.stream}x`])).toBeUndefined();
        expect(decodeRecord(encodeRecord(event), position, [])).toBeUndefined();
        expect(decodeRecord(encodeRecord(event), position, ['-', event.stream])).toBeDefined();
      }),
    );
  });
});
