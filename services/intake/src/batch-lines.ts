import { isAscii, isUtf8 } from 'node:buffer';

const byteOrderMark = Buffer.from('\ufeff');

/** The lines of a body that are not blank, one after the other. */
export type BatchLines = {
  /** How many there are, or any number above `most`. */
  count(most: number): number;
  /** The next; absent after the last. Bytes, where the body as a whole is not UTF-8. */
  next(): string | Buffer | undefined;
  /** The place of what `next` gave last among all lines, blank ones counted, from 0. */
  place(): number;
};

export const batchLines = (body: Buffer): BatchLines => {
  const isMarked = body.subarray(0, byteOrderMark.length).equals(byteOrderMark);
  const bytes = isMarked ? body.subarray(byteOrderMark.length) : body;
  const isText = isUtf8(bytes);
  let part = bytes.subarray(0, 0);
  let partEnd = 0;
  let text = '';
  let start = 0;
  let place = -1;

  const hasMore = (): boolean => {
    if (start < text.length) return true;
    if (partEnd === bytes.length) return false;
    const from = partEnd;
    partEnd = endOfPart(bytes, from);
    part = bytes.subarray(from, partEnd);
    // A line feed is the same byte in both, and in Latin-1 each byte is one character. Nearly all are ASCII.
    text = part.toString(isText && !isAscii(part) ? 'utf8' : 'latin1');
    start = 0;
    return true;
  };
  const next = (): string | Buffer | undefined => {
    while (hasMore()) {
      const at = text.indexOf('\n', start);
      const end = at < 0 ? text.length : at;
      const line = text.slice(start, end);
      const from = start;
      start = end + 1;
      place += 1;
      if (!isBlank(line)) return isText ? line : part.subarray(from, end);
    }
    return undefined;
  };
  return {
    count: (most) => {
      let count = 1;
      for (let at = bytes.indexOf(lineFeed); at >= 0 && count <= most; at = bytes.indexOf(lineFeed, at + 1)) count += 1;
      return count <= most ? count : countFilled(batchLines(body), most);
    },
    next,
    place: () => place,
  };
};

const lineFeed = 0x0a;
/** As text it goes where small objects are: a larger one has memory of its own, which costs more to have than to fill. */
const partBytes = 64 << 10;

/** Behind the last line that ends within a part, or behind the one line that is longer. */
const endOfPart = (bytes: Buffer, from: number): number => {
  const most = from + partBytes;
  if (most >= bytes.length) return bytes.length;
  const last = bytes.lastIndexOf(lineFeed, most - 1);
  const end = last < from ? bytes.indexOf(lineFeed, most) : last;
  return end < 0 ? bytes.length : end + 1;
};

const countFilled = (lines: BatchLines, most: number): number => {
  let count = 0;
  while (count <= most && lines.next() !== undefined) count += 1;
  return count;
};

/** Only what JSON calls white space: any other line is answered, with what is wrong with it. */
const isBlank = (line: string): boolean =>
  line.length === 0 || (line.charCodeAt(0) <= space && /^[ \t\r]*$/.test(line));

const space = 0x20;
