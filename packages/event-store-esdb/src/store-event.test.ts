import type { AllStreamRecordedEvent } from '@eventstore/db-client';
import { LogDamaged, mostEventBytes } from '@tollgate/event-store';
import type { EventBody, NewEvent } from '@tollgate/event-store';
import { codec } from './store.fixture';
import { decodeEvent, encodeEvent } from './store-event';

const eventId = '0b9f5f2e-8f4e-4c39-9f3c-5a1d2f6b7c80';
const paid: NewEvent<EventBody> = {
  eventId,
  type: 'PaymentRecorded',
  data: { paymentId: 'p1', amount: '12.50' },
  metadata: { source: { receivedAt: '2026-01-31T12:00:00.000Z' }, ...{ version: 'of the metadata themselves' } },
};

/** As it comes back: what the client made JSON of. */
const stored = (recordedAt?: string): AllStreamRecordedEvent => {
  const { id, type, data, metadata } = encodeEvent(codec, paid, recordedAt).event;
  return {
    ...{ id, type, isJson: true, streamId: 'tollgate-account-acme', revision: 7n },
    ...{ position: { commit: 4_711n, prepare: 4_711n }, created: new Date('2026-02-01T00:00:00.000Z') },
    ...(JSON.parse(JSON.stringify({ data, metadata })) as { data: typeof data; metadata: typeof metadata }),
  };
};

test('an event comes back as it was given, in its place and with the store’s time', () => {
  expect(decodeEvent(codec, stored(), 'account-acme')).toEqual({
    ...paid,
    stream: 'account-acme',
    revision: 7,
    position: 4_711n,
    recordedAt: '2026-02-01T00:00:00.000Z',
  });
});

test('the time of an event that was recorded elsewhere before wins over the store’s own', () => {
  const recordedAt = '2025-06-30T23:59:59.123Z';
  expect(decodeEvent(codec, stored(recordedAt), 'account-acme').recordedAt).toBe(recordedAt);
});

test('the order of keys means nothing', () => {
  const { version, metadata } = stored().metadata as unknown as { version: number; metadata: object };
  const turned = { ...stored(), metadata: { metadata, version } } as unknown as AllStreamRecordedEvent;
  expect(decodeEvent(codec, turned, 'account-acme')).toEqual(decodeEvent(codec, stored(), 'account-acme'));
});

test.each<[string, object]>([
  ['no metadata', { metadata: undefined }],
  ['metadata of another shape', { metadata: { $correlationId: 'x' } }],
  ['a version that is no number', { metadata: { version: '1', metadata: {} } }],
  ['a time that is no text', { metadata: { version: 1, metadata: {}, recordedAt: 1 } }],
  ['binary data', { isJson: false, data: new Uint8Array(4) }],
  ['data that are no object', { data: 'text' }],
])('another party’s event with %s is refused, and its place is told', (_, other) => {
  const decode = () => decodeEvent(codec, { ...stored(), ...other }, 'account-acme');
  expect(decode).toThrow(LogDamaged);
  expect(decode).toThrow(/PaymentRecorded.*revision 7 of account-acme.*not written by Tollgate/);
});

test('a version that is not known is refused by the codec', () => {
  const newer = { ...stored(), metadata: { version: 2, metadata: {} } } as unknown as AllStreamRecordedEvent;
  expect(() => decodeEvent(codec, newer, 'account-acme')).toThrow('PaymentRecorded of version 2 is not known');
});

test('a stream that was deleted for good is told of by its name', () => {
  const tombstone = { ...stored(), type: '$streamDeleted' };
  expect(() => decodeEvent(codec, tombstone, 'account-acme')).toThrow('stream account-acme was deleted for good');
});

const circular: { self?: object } = {};
circular.self = circular;

test.each<[string, Partial<NewEvent<EventBody>>]>([
  ['an id that is no UUID', { eventId: 'payment-1' }],
  ['an id in capitals, which would come back in small letters', { eventId: eventId.toUpperCase() }],
  ['an id of zeros', { eventId: '00000000-0000-0000-0000-000000000000' }],
  ['no type', { type: '' }],
  ['a bigint', { data: { amount: 1n } }],
  ['data in a circle', { data: circular }],
  ['metadata that are no JSON', { metadata: { source: circular } }],
  ['one byte too much', { data: { text: 'x'.repeat(mostEventBytes - 10) } }],
])('%s is refused before the client sees it', (_, wrong) => {
  expect(() => encodeEvent(codec, { ...paid, ...wrong }, undefined)).toThrow();
});

test('the largest event is a million bytes, whatever its metadata', () => {
  const data = { text: 'é'.repeat((mostEventBytes - 12) / 2) };
  expect(encodeEvent(codec, { ...paid, data }, undefined).sizeBytes).toBeLessThanOrEqual(mostEventBytes);
});
