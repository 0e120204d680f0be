import { fieldOfHeading } from './import/csv-headings';
import { csvRows } from './import/csv-rows';
import type { CsvRow } from './import/csv-rows';
import { FileFault } from './import/file-fault';
import { fileText } from './import/file-text';
import { formatOf } from './import/import-format';
import { openInput } from './import/import-input';
import { idFieldOf, importKinds } from './import/import-record';

/** What a partner says of an entry, as far as he does. */
export type SharedRow = {
  line: number;
  id: string;
  kind?: string;
  accountId?: string;
  direction?: string;
  amount?: string;
  currency?: string;
};

const compared = ['kind', 'accountId', 'direction', 'amount', 'currency'] as const;

/** Ids that a partner shares, in their order: a list of them, one a line, or CSV with a heading over them. Throws `FileFault`. */
export const sharedRows = async function* (path: string, said: string | undefined): AsyncGenerator<SharedRow> {
  const { delimiter } = formatOf(path, said === undefined ? {} : { delimiter: said });
  const { chunks } = await openInput(path);
  let read: ((row: CsvRow) => SharedRow) | undefined;
  for await (const row of csvRows(fileText(chunks), delimiter)) {
    if (row.fault !== undefined) throw new FileFault(`line ${String(row.line)}: ${row.fault}`);
    if (read !== undefined) yield read(row);
    else {
      read = readerOf(row);
      if (read !== undefined) continue;
      refuseOtherDelimiter(row);
      yield (read = listed)(row);
    }
  }
};

const otherDelimiters = [',', ';', '\t', '|'];

/** A row of headings that something else separates would be an id, and every row below it one that is nowhere. */
const refuseOtherDelimiter = ({ line, cells }: CsvRow): void => {
  const text = cells.join(',');
  const separating = otherDelimiters.find((one) => isHeading(text.split(one)));
  if (separating === undefined) return;
  const shown = separating === '\t' ? '\\t' : separating;
  throw new FileFault(`line ${String(line)}: it names columns if they are separated so: --delimiter '${shown}'`);
};

const isHeading = (cells: readonly string[]): boolean =>
  cells.length > 1 && readerOf({ cells: cells.map((cell) => Buffer.from(cell)) }) !== undefined;

/** A line that holds an id and nothing else. */
const listed = ({ line, cells }: CsvRow): SharedRow => {
  if (cells.length === 1) return { line, id: String(cells[0]).trim() };
  throw new FileFault(
    `line ${String(line)}: a row above must name the columns, one of them id, paymentId, usageId, adjustmentId or reversalId`,
  );
};

/** What reads the rows below one that names their columns; absent if this names none. */
const readerOf = ({ cells }: Pick<CsvRow, 'cells'>): ((row: CsvRow) => SharedRow) | undefined => {
  const fields = cells.map((cell) => fieldOf(String(cell)));
  const kind = importKinds.find((one) => fields.includes(idFieldOf(one)));
  const idAt = fields.indexOf(kind === undefined ? 'id' : idFieldOf(kind));
  if (idAt < 0) return undefined;
  return (row) => {
    const told = compared
      .map((name) => [name, textAt(row, fields.indexOf(name))] as const)
      .filter(([, text]) => text !== '');
    return {
      ...{ line: row.line, id: textAt(row, idAt) },
      ...(kind !== undefined && { kind }),
      ...(Object.fromEntries(told) as Partial<SharedRow>),
    };
  };
};

const fieldOf = (heading: string): string => (heading.trim().toLowerCase() === 'id' ? 'id' : fieldOfHeading(heading));

const textAt = ({ cells }: CsvRow, at: number): string => (at < 0 ? '' : String(cells[at] ?? '').trim());
