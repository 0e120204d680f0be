import { carriageReturn, lineFeed, quote } from './line-end';

type Marks = {
  delimiter: Buffer;
  lineEnd: number;
  /** Nothing follows the bytes: the last row may have no line end. */
  isAll: boolean;
};

type Cells = { isOpen: false; cells: Buffer[]; fault: string | undefined; isEnded: boolean; end: number };
/** The row goes on behind the bytes that there are. */
type Open = { isOpen: true };

const open: Open = { isOpen: true };

type Cell = { bytes: Buffer; end: number; fault?: string };

/** The cells of the row that begins at `start`, and where the next one begins. */
export const cellsFrom = (bytes: Buffer, start: number, marks: Marks): Cells | Open => {
  const { delimiter, lineEnd, isAll } = marks;
  const cells: Buffer[] = [];
  let fault: string | undefined;
  for (let at = start; ;) {
    const cell = bytes[at] === quote ? quotedFrom(bytes, at, marks) : plainFrom(bytes, at, marks);
    if (cell === undefined) return open;
    const { end } = cell;
    cells.push(cell.bytes);
    fault ??= cell.fault;
    if (end >= bytes.length) return isAll ? { isOpen: false, cells, fault, isEnded: false, end } : open;
    if (bytes[end] === lineEnd) return { isOpen: false, cells, fault, isEnded: true, end: end + 1 };
    at = end + delimiter.length;
  }
};

/** A cell without quotes around it. */
const plainFrom = (bytes: Buffer, start: number, marks: Marks): Cell => {
  const end = cellEnd(bytes, start, marks);
  const cell = bytes.subarray(start, isLastReturn(bytes, end, marks) ? end - 1 : end);
  return cell.includes(quote)
    ? { bytes: cell, end, fault: 'a quote stands inside of a cell that does not begin with one' }
    : { bytes: cell, end };
};

/** Absent if its closing quote has not come. */
const quotedFrom = (bytes: Buffer, start: number, marks: Marks): Cell | undefined => {
  let close = bytes.indexOf(quote, start + 1);
  let isDoubled = false;
  for (; close >= 0 && bytes[close + 1] === quote; close = bytes.indexOf(quote, close + 2)) isDoubled = true;
  if (close < 0) return undefined;
  const cell = bytes.subarray(start + 1, close);
  const end = cellEnd(bytes, close + 1, marks);
  const isClosed = end === close + 1 || (end === close + 2 && isLastReturn(bytes, end, marks));
  if (!isClosed) return { bytes: cell, end, fault: 'something stands behind the closing quote of a cell' };
  return { bytes: isDoubled ? Buffer.from(cell.toString('latin1').replaceAll('""', '"'), 'latin1') : cell, end };
};

/** Where a delimiter or a line end stands, or the bytes end. */
const cellEnd = (bytes: Buffer, start: number, { delimiter, lineEnd }: Marks): number => {
  const first = delimiter[0];
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === lineEnd) return at;
    if (byte === first && (delimiter.length === 1 || delimiter.equals(bytes.subarray(at, at + delimiter.length))))
      return at;
  }
  return bytes.length;
};

/** Lines may end with two characters, of which the first is no part of the last cell. */
const isLastReturn = (bytes: Buffer, end: number, { lineEnd }: Marks): boolean =>
  lineEnd === lineFeed && bytes[end - 1] === carriageReturn && (end === bytes.length || bytes[end] === lineEnd);
