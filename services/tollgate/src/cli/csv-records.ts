import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import { payment, usage } from '@tollgate/contracts';
import { withoutByteOrderMark } from './byte-order-mark';
import { maxLineBytes } from './file-lines';
import { importKinds, kindOfFields } from './import-record';
import type { ImportKind, ImportRecord } from './import-record';

/** The file as a whole cannot be imported, from `line` on at least. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
}

type CsvRow = { line: number; cells: readonly Buffer[] };
export type CsvOptions = { kind: ImportKind | undefined; delimiter: string };

/** Rows of a CSV file (RFC 4180) as records. The first row names the fields. Throws `FileFault`. */
export async function* csvRecords(chunks: AsyncIterable<Buffer>, options: CsvOptions): AsyncGenerator<ImportRecord> {
  let toRecord: ((row: CsvRow) => ImportRecord) | undefined;
  for await (const row of csvRows(chunks, options.delimiter))
    if (toRecord === undefined) toRecord = rowReader(row.cells, options);
    else yield toRecord(row);
}

const parsedRow = z.object({ record: z.array(z.instanceof(Buffer)), info: z.object({ lines: z.number() }) });

async function* csvRows(chunks: AsyncIterable<Buffer>, delimiter: string): AsyncGenerator<CsvRow> {
  const parser = parse({
    delimiter,
    encoding: null,
    info: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxLineBytes,
  });
  const source = Readable.from(withoutByteOrderMark(chunks));
  source.on('error', (error) => parser.destroy(error));
  try {
    for await (const row of source.pipe(parser)) {
      const { record, info } = parsedRow.parse(row);
      const lineFeeds = record.reduce(
        (sum, cell) => sum + (cell.includes(0x0a) ? cell.toString().split('\n').length - 1 : 0),
        0,
      );
      yield { line: info.lines - lineFeeds, cells: record };
    }
  } catch (error) {
    // The value it names is bytes to it, and no help.
    if (error instanceof CsvError)
      throw new FileFault(`the file is not CSV: ${error.message.replace(/, value is .*$/s, '')}`);
    throw error;
  }
}

const fieldsOf = { payment: Object.keys(payment.shape), usage: Object.keys(usage.shape) };
const attributePrefix = 'attributes.';
const numberFields: readonly string[] = ['durationSeconds'];

/** Checks the first row, and returns what makes a record of each that follows. */
const rowReader = (
  first: readonly Buffer[],
  { kind: given, delimiter }: CsvOptions,
): ((row: CsvRow) => ImportRecord) => {
  const columns = first.map((cell) => cell.toString().trim());
  const kind = given ?? kindOfFields((name) => columns.includes(name));
  if (kind === undefined && !columns.includes('kind'))
    throw new FileFault(
      `the first row must name the fields, paymentId or usageId among them (or say --kind); it is "${columns.join(delimiter).slice(0, 200)}". Another delimiter: --delimiter ';'`,
    );
  requireKnown(columns, kind);
  return ({ line, cells }) => {
    const texts = cells.map((cell) => decode(cell));
    const record = recordOf(columns, texts);
    const original = JSON.stringify(record);
    const at = texts.indexOf(undefined);
    if (at >= 0) return { line, original, refusal: `${columns[at] ?? `cell ${String(at + 1)}`}: not UTF-8` };
    if (cells.length !== columns.length)
      return {
        line,
        original,
        refusal: `the row has ${String(cells.length)} cells, the first row ${String(columns.length)}`,
      };
    return { line, original, batchLine: Buffer.from(JSON.stringify({ kind, ...record })) };
  };
};

const requireKnown = (columns: readonly string[], kind: ImportKind | undefined): void => {
  const fields = columns.includes('kind')
    ? ['kind', ...importKinds.flatMap((each) => fieldsOf[each])]
    : fieldsOf[kind ?? 'usage'];
  const isKnown = (name: string): boolean =>
    (name !== 'attributes' && fields.includes(name)) ||
    (fields.includes('attributes') && name.startsWith(attributePrefix));
  const unknown = columns.find((name) => !isKnown(name));
  if (unknown !== undefined)
    throw new FileFault(`the column "${unknown}" is no field of a ${kind ?? 'record'}; there are ${fields.join(', ')}`);
  const twice = columns.find((name, at) => columns.indexOf(name) !== at);
  if (twice !== undefined) throw new FileFault(`the column "${twice}" is there twice`);
};

type Field = [name: string, value: unknown];

/** Cells by field; an empty cell is a field that is not there. */
const recordOf = (columns: readonly string[], texts: readonly (string | undefined)[]): Record<string, unknown> => {
  const fields: Field[] = [];
  const attributes: Field[] = [];
  columns.forEach((name, at) => {
    const text = texts[at];
    if (text === undefined || text === '') return;
    if (name.startsWith(attributePrefix)) attributes.push([name.slice(attributePrefix.length), text]);
    else fields.push([name, numberFields.includes(name) ? numberOf(text) : text]);
  });
  if (attributes.length > 0) fields.push(['attributes', Object.fromEntries(attributes)]);
  return Object.fromEntries(fields);
};

/** What is not a number stays a text, which the server refuses by name. */
const numberOf = (text: string): number | string => (/^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text);

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const decode = (cell: Buffer): string | undefined => {
  try {
    return strictUtf8.decode(cell);
  } catch {
    return undefined;
  }
};
