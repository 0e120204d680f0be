import fc from 'fast-check';
import { batchLines } from './batch-lines';

const linesOf = (body: Buffer): (string | Buffer)[] => {
  const lines = batchLines(body);
  const all = [];
  for (let line = lines.next(); line !== undefined; line = lines.next()) all.push(line);
  return all;
};

const line = fc
  .oneof(
    fc.string({ unit: 'grapheme-ascii' }),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text).toString()),
    fc.constantFrom('\u20ac', '\u00e9', '\u007f', '\u0080', '{"a":"b"}\r'),
  )
  .map((text) => text.replaceAll('\n', ''))
  .filter((text) => /[^ \t\r]/.test(text) && !text.startsWith('\ufeff'));

test('lines are the text that their bytes are as UTF-8, whether all of it is ASCII or not', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
      expect(linesOf(Buffer.from(lines.join('\n')))).toEqual(lines);
    }),
  );
});

test('of a body that is not UTF-8 they are its bytes', () => {
  const stray = fc.constantFrom('80', 'ff', 'c3', 'e282', 'eda080').map((hex) => Buffer.from(hex, 'hex'));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 3 }), stray, (lines, bytes) => {
      const all = [...lines.map((text) => Buffer.from(text)), bytes];
      const body = Buffer.concat(all.flatMap((one) => [one, Buffer.from('\n')]));
      expect(linesOf(body)).toEqual(all);
    }),
  );
});
