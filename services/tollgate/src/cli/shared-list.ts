import { fieldOfHeading } from './import/csv-headings';
import { csvRows } from './import/csv-rows';
import type { CsvRow } from './import/csv-rows';
import { FileFault } from './import/file-fault';
import { fileText } from './import/file-text';
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
export const sharedRows = async function* (path: string): AsyncGenerator<SharedRow> {
  const { chunks } = await openInput(path);
  let read: ((row: CsvRow) => SharedRow) | undefined;
  for await (const row of csvRows(fileText(chunks), ',')) {
    if (row.fault !== undefined) throw new FileFault(`line ${String(row.line)}: ${row.fault}`);
    if (read !== undefined) yield read(row);
    else {
      read = readerOf(row);
      if (read === undefined) yield (read = listed)(row);
    }
  }
};

/** A line that holds an id and nothing else. */
const listed = ({ line, cells }: CsvRow): SharedRow => {
  if (cells.length === 1) return { line, id: String(cells[0]).trim() };
  throw new FileFault(
    `line ${String(line)}: a row above must name the columns, one of them id, paymentId, usageId, adjustmentId or reversalId`,
  );
};

/** What reads the rows below one that names their columns; absent if this names none. */
const readerOf = ({ cells }: CsvRow): ((row: CsvRow) => SharedRow) | undefined => {
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
