const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const byteOrderMark = Buffer.from('\ufeff');

/** The lines of a body that are not blank, one after the other. */
export type BatchLines = {
  /** The next; absent after the last. Bytes, where the body as a whole is not UTF-8. */
  next(): string | Buffer | undefined;
  /** The place of what `next` gave last among all lines, blank ones counted, from 0. */
  place(): number;
};

export const batchLines = (body: Buffer): BatchLines => {
  const isMarked = body.subarray(0, byteOrderMark.length).equals(byteOrderMark);
  const bytes = isMarked ? body.subarray(byteOrderMark.length) : body;
  const decoded = decode(bytes);
  // A line feed is the same byte in both, and in Latin-1 each byte is one character.
  const text = decoded ?? bytes.toString('latin1');
  let start = 0;
  let place = -1;
  return {
    next: () => {
      while (start < text.length) {
        const at = text.indexOf('\n', start);
        const end = at < 0 ? text.length : at;
        const line = text.slice(start, end);
        const from = start;
        start = end + 1;
        place += 1;
        if (!isBlank(line)) return decoded === undefined ? bytes.subarray(from, end) : line;
      }
      return undefined;
    },
    place: () => place,
  };
};

const decode = (bytes: Buffer): string | undefined => {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
};

/** Only what JSON calls white space: any other line is answered, with what is wrong with it. */
const isBlank = (line: string): boolean =>
  line.length === 0 || (line.charCodeAt(0) <= space && /^[ \t\r]*$/.test(line));

const space = 0x20;

/** How many lines that are not blank there are, or any number above `most`. */
export const countLines = (body: Buffer, most: number): number => {
  let count = 1;
  for (let at = body.indexOf(lineFeed); at >= 0 && count <= most; at = body.indexOf(lineFeed, at + 1)) count += 1;
  if (count <= most) return count;
  const lines = batchLines(body);
  for (count = 0; lines.next() !== undefined;) count += 1;
  return count;
};

const lineFeed = 0x0a;
