import { damageOf } from './cell-warnings';
import { fieldOfHeading, namesFields, requireKnown } from './csv-headings';
import { csvRows } from './csv-rows';
import type { CsvRow } from './csv-rows';
import { FileFault } from './file-fault';
import { idFieldOf, kindOfFields } from './import-record';
import type { Cell, ImportKind, ImportRecord } from './import-record';
import { textOf } from './utf-8';

export type CsvOptions = {
  kind: ImportKind | undefined;
  delimiter: string;
  /** Whether a last row without a line end is sent: half of it may be missing. */
  isLastRowSent: boolean;
  /** The rows above the records, the one that names the fields being the last of them. */
  onLeading(rows: readonly LeadingRow[]): void;
  /** The last row, with no line end, is not sent. */
  onHeldBack(line: number): void;
};

type LeadingRow = Pick<CsvRow, 'line' | 'raw'>;

/** A file may begin with a title and the like; what goes on longer is no file of records. */
const mostLeading = 20;

/** Rows of a CSV file as records. The first row that names an id or a kind names the fields. Throws `FileFault`. */
export async function* csvRecords(chunks: AsyncIterable<Buffer>, options: CsvOptions): AsyncGenerator<ImportRecord> {
  const leading: CsvRow[] = [];
  let toRecord: ((row: CsvRow) => ImportRecord) | undefined;
  for await (const row of csvRows(chunks, options.delimiter)) {
    if (!row.isEnded && !options.isLastRowSent) options.onHeldBack(row.line);
    else if (toRecord !== undefined) yield toRecord(row);
    else {
      leading.push(row);
      toRecord = rowReader(row, options);
      if (toRecord !== undefined) options.onLeading(leading);
      else if (leading.length === mostLeading) break;
    }
  }
  if (toRecord === undefined && leading[0] !== undefined) throw noHeadings(leading[0], options.delimiter);
}

const noHeadings = ({ cells }: CsvRow, delimiter: string): FileFault => {
  const first = cells.map(String).join(delimiter).slice(0, 200);
  return new FileFault(
    `a row must name the fields, paymentId, usageId, adjustmentId or reversalId among them (or --kind says which), and none of the first ${String(mostLeading)} does; the first is "${first}". Another delimiter: --delimiter ';'`,
  );
};

const contradicted = (line: number, told: ImportKind, given: ImportKind): FileFault =>
  new FileFault(
    `line ${String(line)} names the fields, ${idFieldOf(told)} among them and no ${idFieldOf(given)}, and --kind says ${given}: import it without --kind, or with --kind ${told}`,
  );

const numberFields: readonly string[] = ['durationSeconds'];
/** What they may be is checked by the server, and told. */
const checkedFields: readonly string[] = ['amount', ...numberFields];

/** What makes a record of each row below one that names the fields; absent if this is another. */
const rowReader = (
  { cells: headings, line: headingsLine }: CsvRow,
  { kind: given }: CsvOptions,
): ((row: CsvRow) => ImportRecord) | undefined => {
  const columns = headings.map((cell) => fieldOfHeading(cell.toString()));
  const told = kindOfFields((name) => columns.includes(name));
  if (!namesFields(columns, given)) {
    if (given !== undefined && told !== undefined) throw contradicted(headingsLine, told, given);
    return undefined;
  }
  const kind = given ?? told;
  requireKnown(columns, kind);
  return ({ line, raw, cells: bytes, fault }) => {
    const texts = bytes.map(textOf);
    const cells = texts.map((text = '', at) => ({ heading: columns[at] ?? `cell ${String(at + 1)}`, text }));
    const refusal = fault ?? faultOf(cells, texts.indexOf(undefined), columns.length);
    if (refusal !== undefined) return { line, raw, cells, refusal };
    const batchLine = Buffer.from(JSON.stringify({ kind, ...recordOf(cells) }));
    return { line, raw, cells, batchLine, warnings: warningsOf(cells) };
  };
};

const faultOf = (cells: readonly Cell[], undecoded: number, columns: number): string | undefined => {
  const unreadable = cells[undecoded];
  if (unreadable !== undefined) return `${unreadable.heading}: not UTF-8`;
  return cells.length === columns
    ? undefined
    : `the row has ${String(cells.length)} cells, the row of headings ${String(columns)}`;
};

type Field = [name: string, text: string];

/** Cells by field; an empty cell is a field that is not there, a field with a dot in its name is inside of another. */
const recordOf = (cells: readonly Cell[]): Record<string, unknown> => {
  const record: Record<string, unknown> = {};
  const inner = new Map<string, Field[]>();
  for (const { heading, text } of cells) {
    if (text === '') continue;
    const dot = heading.indexOf('.');
    if (dot < 0) record[heading] = numberFields.includes(heading) ? numberOf(text) : text;
    else {
      const outer = heading.slice(0, dot);
      inner.set(outer, [...(inner.get(outer) ?? []), [heading.slice(dot + 1), text]]);
    }
  }
  for (const [outer, its] of inner) record[outer] = Object.fromEntries(its);
  return record;
};

/** What is not a number stays a text, which the server refuses by name. */
const numberOf = (text: string): number | string => (/^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text);

const warningsOf = (cells: readonly Cell[]): string[] =>
  cells.flatMap(({ heading, text }) => {
    const damage = checkedFields.includes(heading) ? undefined : damageOf(text);
    return damage === undefined ? [] : [`${heading} "${text}" ${damage}`];
  });
