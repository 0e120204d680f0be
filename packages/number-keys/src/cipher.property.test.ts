import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { keyBytes, seal, unseal } from './cipher';

const key = randomBytes(keyBytes);
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud800', '\u0080\u0000', '"\\'));

test('what is sealed opens as it was, to the last character, by its key and in its place', () => {
  fc.assert(
    fc.property(text, fc.string(), (number, bound) =>
      expect(unseal(key, seal(key, number, bound), bound)).toBe(number),
    ),
  );
});

test('another place, another key, or any bit turned opens nothing', () => {
  fc.assert(
    fc.property(text, fc.nat(), (number, at) => {
      const sealed = seal(key, number, 'here');
      expect(unseal(key, sealed, 'there')).toBeUndefined();
      expect(unseal(randomBytes(keyBytes), sealed, 'here')).toBeUndefined();
      const bytes = Buffer.from(sealed, 'base64');
      const bit = at % (bytes.length * 8);
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(unseal(key, bytes.toString('base64'), 'here')).toBeUndefined();
      expect(unseal(key, bytes.subarray(0, at % bytes.length).toString('base64'), 'here')).toBeUndefined();
    }),
  );
});

test('numbers of all usual lengths are equally long once sealed, and one sealed twice is two texts', () => {
  const lengths = ['', '1', '+49', '+4930123456', '+493012345678901234567890123'].map(
    (number) => seal(key, number, '').length,
  );
  expect(new Set(lengths).size).toBe(1);
  expect(seal(key, '+49', '')).not.toBe(seal(key, '+49', ''));
});
