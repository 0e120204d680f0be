import fc from 'fast-check';
import { csvRows } from './csv-rows';
import type { CsvRow } from './csv-rows';

const rowsOf = async (bytes: Buffer, pieceBytes: number): Promise<CsvRow[]> => {
  const pieces = async function* () {
    for (let at = 0; at < bytes.length; at += pieceBytes)
      yield await Promise.resolve(bytes.subarray(at, at + pieceBytes));
  };
  const rows: CsvRow[] = [];
  try {
    for await (const row of csvRows(pieces(), ',')) rows.push(row);
  } catch {
    // A cut in quotes ends the file; the rows before it are what counts.
  }
  return rows;
};

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const cell = fc
  .string({ unit: fc.constantFrom('a', '1', '.', ',', '"', '\n', '\r', ' ', 'ü', '😀'), maxLength: 6 })
  .map((text) => ({ text, written: /[",\r\n]/.test(text) ? quoted(text) : text }));
const row = fc.array(cell, { minLength: 2, maxLength: 4 });
const table = fc.record({
  rows: fc.array(row, { minLength: 1, maxLength: 6 }),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
});

const write = ({ rows, lineEnd }: { rows: { written: string }[][]; lineEnd: string }): Buffer =>
  Buffer.from(rows.map((cells) => cells.map(({ written }) => written).join(',') + lineEnd).join(''));

test('what is written as CSV is read again, wherever the bytes are parted, and as it stood', async () => {
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 9 }), async (written, pieceBytes) => {
      const bytes = write(written);
      const read = await rowsOf(bytes, pieceBytes);
      expect(read.map(({ cells }) => cells.map(String))).toEqual(
        written.rows.map((cells) => cells.map(({ text }) => text)),
      );
      expect(read.every(({ isEnded, fault }) => isEnded && fault === undefined)).toBe(true);
      expect(Buffer.concat(read.map(({ raw }) => raw))).toEqual(bytes);
    }),
  );
});

test('of a file that is cut anywhere, each row that ends is one of the whole file, in its place', async () => {
  await fc.assert(
    fc.asyncProperty(table, fc.nat(), async (written, at) => {
      // Which line ends there are is told from a line end, so the first row is there.
      const first = write({ ...written, rows: written.rows.slice(0, 1) }).length;
      const whole = write(written);
      const cut = whole.subarray(0, first + (at % (whole.length - first + 1)));
      const ended = (await rowsOf(cut, 5)).filter(({ isEnded }) => isEnded);
      expect(ended).toEqual((await rowsOf(whole, 5)).slice(0, ended.length));
    }),
  );
});
