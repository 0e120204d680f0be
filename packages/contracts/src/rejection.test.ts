import fc from 'fast-check';
import { payloadOf, shorten } from './index';
import type { RejectedMessage } from './index';
import { rejectionExample } from './examples';
import { rejection } from './rejection';

const sizeOf = (value: object): number => Buffer.byteLength(JSON.stringify(value));
const roomy = 10_000;

describe('the payload of a rejection', () => {
  test('is the text as received', () => {
    expect(payloadOf(Buffer.from('{"a": "é€😀"}'), roomy)).toEqual({ payload: '{"a": "é€😀"}' });
  });

  test('is the text though it be no JSON, and keeps its byte order mark', () => {
    expect(payloadOf(Buffer.from('\ufeffhello\u0000'), roomy)).toEqual({ payload: '\ufeffhello\u0000' });
  });

  test('is base64 where the bytes are not UTF-8', () => {
    const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x00]);
    expect(payloadOf(bytes, roomy)).toEqual({ payloadBase64: bytes.toString('base64') });
  });

  test('is null where there was none, and empty where it was empty', () => {
    expect(payloadOf(null, roomy)).toEqual({ payload: null });
    expect(payloadOf(Buffer.alloc(0), roomy)).toEqual({ payload: '' });
  });

  test('is whole where it just fits, and cut where it is one byte too long', () => {
    const bytes = Buffer.from('x'.repeat(100));
    const whole = sizeOf({ payload: 'x'.repeat(100) });
    expect(payloadOf(bytes, whole)).toEqual({ payload: 'x'.repeat(100) });
    expect(payloadOf(bytes, whole - 1)).toMatchObject({ sizeBytes: 100, truncated: true });
  });

  test('is cut though it be more than a string can hold as JSON', () => {
    const bytes = Buffer.alloc(100 << 20);
    expect(payloadOf(bytes, 1_000)).toMatchObject({ sizeBytes: bytes.length, truncated: true });
  });

  test('cut in the middle of a character loses that character, and stays text', () => {
    const { payload, sizeBytes } = payloadOf(Buffer.from('😀'.repeat(20)), 40);
    expect(payload).toMatch(/^(😀)+$/u);
    expect(sizeBytes).toBe(80);
  });

  test('cut to what happens to be UTF-8 is base64 still, as the whole was', () => {
    const bytes = Buffer.concat([Buffer.from('x'.repeat(100)), Buffer.from([0xff])]);
    const cut = payloadOf(bytes, 80);
    expect(cut.payload).toBeUndefined();
    expect(bytes.toString('latin1').startsWith(Buffer.from(cut.payloadBase64 ?? '', 'base64').toString('latin1'))).toBe(
      true,
    );
  });

  test('of characters that JSON writes six times as long fits all the same', () => {
    const cut = payloadOf(Buffer.from('\u0001'.repeat(1_000)), 500);
    expect(sizeOf({ payload: cut.payload })).toBeLessThanOrEqual(500);
    expect(cut.payload?.length).toBeGreaterThan(0);
  });

  test('never exceeds its limit, and is a beginning of what came', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array)),
      fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, fc.integer({ min: 20, max: 600 }), (bytes, maxBytes) => {
        const { payload, payloadBase64, ...cut } = payloadOf(bytes, maxBytes);
        const kept = payloadBase64 === undefined ? Buffer.from(payload ?? '') : Buffer.from(payloadBase64, 'base64');
        expect(sizeOf({ payload, payloadBase64 })).toBeLessThanOrEqual(maxBytes);
        expect(bytes.subarray(0, kept.length).equals(kept)).toBe(true);
        expect(cut).toEqual(
          kept.length === bytes.length && cut.truncated === undefined
            ? {}
            : { sizeBytes: bytes.length, truncated: true },
        );
      }),
    );
  });
});

describe('a rejection shortened for its broker', () => {
  const { payload: _, ...bare } = rejectionExample;

  test('keeps the first half of its text and says how long it was', () => {
    expect(shorten({ ...bare, payload: 'abcdef' })).toEqual({ ...bare, payload: 'abc', sizeBytes: 6, truncated: true });
  });

  test('keeps the first half of its bytes where they are not text', () => {
    const bytes = Buffer.from([0xff, 1, 2, 3]);
    const half = { payloadBase64: bytes.subarray(0, 2).toString('base64'), sizeBytes: 4, truncated: true };
    expect(shorten({ ...bare, payloadBase64: bytes.toString('base64') })).toEqual({ ...bare, ...half });
  });

  test('remembers how long the payload was at first, however often it is shortened', () => {
    const twice = shorten(shorten({ ...bare, payload: 'x'.repeat(8) }));
    expect(twice).toEqual({ ...bare, payload: 'xx', sizeBytes: 8, truncated: true });
  });

  test.each<Partial<RejectedMessage>>([{ payload: null }, { payload: '' }, {}])(
    'with nothing left to cut in %j comes back as it is',
    (left) => {
      expect(shorten({ ...bare, ...left })).toEqual({ ...bare, ...left });
    },
  );

  test('comes to its end, whatever the payload', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (payload) => {
        let message: RejectedMessage = { ...bare, payload };
        for (let round = 0; round < 12; round += 1) message = shorten(message);
        expect(message.payload).toBe('');
      }),
    );
  });
});

test('the documented rejection is what its schema says', () => {
  expect(rejection.parse(rejectionExample)).toEqual(rejectionExample);
});
