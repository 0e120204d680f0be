import fc from 'fast-check';
import { createJsonBytes } from './json-bytes';

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.string());
const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, 1e21, 1e-7, Number.MAX_SAFE_INTEGER));
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    number,
    fc.boolean(),
    fc.constantFrom(null, undefined),
    tie('array'),
    tie('map'),
  ),
  array: fc.array(tie('value'), { maxLength: 5 }),
  map: fc.dictionary(fc.oneof(text, fc.stringMatching(/^\d{1,3}$/)), tie('value'), { maxKeys: 6 }),
}));
const object = fc.dictionary(fc.string(), value, { maxKeys: 20 });

test('data are written as JSON.stringify writes them, byte for byte, one after the other', () => {
  const written = createJsonBytes();
  fc.assert(
    fc.property(fc.array(object, { maxLength: 4 }), text, (all, between) => {
      written.clear();
      for (const one of all) {
        written.json(one);
        written.text(between);
      }
      const expected = Buffer.from(all.map((one) => JSON.stringify(one) + between).join(''));
      expect(written.length()).toBe(expected.length);
      expect(written.bytes().equals(expected)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test.each(['a', '\u00e9', '"'])('a text of 200,000 times %s is longer than the usual buffer', (one) => {
  const written = createJsonBytes();
  written.json([one.repeat(200_000), one]);
  expect(written.bytes().toString()).toBe(JSON.stringify([one.repeat(200_000), one]));
});

test('a text in ASCII that nobody looks at is longer than the usual buffer, also behind others', () => {
  const written = createJsonBytes();
  for (const length of [40_000, 40_000, 200_000]) written.ascii('a'.repeat(length));
  written.text('b');
  expect(written.bytes().toString()).toBe(`${'a'.repeat(280_000)}b`);
});

test('names that are never seen again do not pile up', () => {
  const written = createJsonBytes();
  for (let index = 0; index < 3_000; index += 1) {
    written.clear();
    written.json({ [`name ${String(index)}`]: index });
    expect(written.bytes().toString()).toBe(`{"name ${String(index)}":${String(index)}}`);
  }
});
