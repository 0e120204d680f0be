import { cellsFrom } from './csv-cells';
import { FileFault } from './file-fault';
import { maxLineBytes } from './file-lines';
import { withLineEnd } from './line-end';
import { utf8MarkBytes } from './utf-8';

export type CsvRow = {
  /** Its first line in the file, from 1. */
  line: number;
  /** As it stands in the file, its line end included, also the one that a last row lacks. */
  raw: Buffer;
  cells: readonly Buffer[];
  /** Why it is no row of CSV; its cells are of no use then. */
  fault: string | undefined;
  /** False for a last row without a line end: the rest of it may be missing. */
  isEnded: boolean;
};

/** Rows of CSV (RFC 4180) as they come; empty lines are counted and left out. Throws `FileFault`. */
export async function* csvRows(chunks: AsyncIterable<Buffer>, delimiter: string): AsyncGenerator<CsvRow> {
  const { lineEnd, all } = await withLineEnd(chunks, { hasQuotes: true });
  const rows = createSplitter({ delimiter: Buffer.from(delimiter), lineEnd });
  for await (const chunk of all) yield* rows.add(chunk);
  yield* rows.end();
}

/** A longer row that is open is read again from its start only when it has doubled: its rest may come a byte at a time. */
const rescannedBytes = 1 << 14;

const createSplitter = (marks: { delimiter: Buffer; lineEnd: number }) => {
  const lineEnd = Buffer.from([marks.lineEnd]);
  let bytes: Buffer = Buffer.alloc(0);
  const added: Buffer[] = [];
  let addedBytes = 0;
  let line = 1;

  /** Where the cells begin of a row that begins at `start`. */
  const cellsAt = (start: number): number => start + (line === 1 ? utf8MarkBytes(bytes.subarray(start)) : 0);

  function* split(isAll: boolean): Generator<CsvRow> {
    bytes = Buffer.concat([bytes, ...added.splice(0)]);
    addedBytes = 0;
    let start = 0;
    for (let at = cellsAt(start); at < bytes.length; at = cellsAt(start)) {
      const found = cellsFrom(bytes, at, { ...marks, isAll });
      if (found.isOpen) break;
      const { end, isEnded, cells, fault } = found;
      const raw = bytes.subarray(start, end);
      requireLength(raw, line);
      if (!isEmpty(found)) yield { line, raw: isEnded ? raw : Buffer.concat([raw, lineEnd]), cells, fault, isEnded };
      line += countOf(raw, marks.lineEnd);
      start = end;
    }
    bytes = bytes.subarray(start);
    requireLength(bytes, line);
  }

  return {
    add: function* (chunk: Buffer): Generator<CsvRow> {
      if (chunk.length === 0) return;
      added.push(chunk);
      addedBytes += chunk.length;
      if (bytes.length < rescannedBytes || addedBytes >= bytes.length) yield* split(false);
    },
    end: function* (): Generator<CsvRow> {
      yield* split(true);
      if (cellsAt(0) < bytes.length)
        throw new FileFault(
          `line ${String(line)}: a quote opens in this row and never closes. Either the file was cut short, or the quote is wrong: mend it and import the file again, what was recorded before counts once`,
        );
    },
  };
};

const isEmpty = ({ cells: [first, second], fault }: Pick<CsvRow, 'cells' | 'fault'>): boolean =>
  first?.length === 0 && second === undefined && fault === undefined;

const requireLength = (row: Buffer, line: number): void => {
  if (row.length > maxLineBytes)
    throw new FileFault(
      `line ${String(line)}: the row is longer than ${String(maxLineBytes)} bytes; is there a quote that opens and never closes?`,
    );
};

const countOf = (bytes: Buffer, byte: number): number => {
  let count = 0;
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) count += 1;
  return count;
};
