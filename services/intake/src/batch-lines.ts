import { isAscii } from 'node:buffer';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
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
  const decoded = decode(bytes);
  // A line feed is the same byte in both, and in Latin-1 each byte is one character.
  const text = decoded ?? bytes.toString('latin1');
  let start = 0;
  let place = -1;
  return {
    count: (most) => {
      let count = 1;
      for (let at = text.indexOf('\n'); at >= 0 && count <= most; at = text.indexOf('\n', at + 1)) count += 1;
      return count <= most ? count : countFilled(text, most);
    },
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
  // Nearly all are, and there is nothing to decode then.
  if (isAscii(bytes)) return bytes.toString('latin1');
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
};

const countFilled = (text: string, most: number): number => {
  let count = 0;
  for (let start = 0; start < text.length && count <= most;) {
    const at = text.indexOf('\n', start);
    const end = at < 0 ? text.length : at;
    if (!isBlank(text.slice(start, end))) count += 1;
    start = end + 1;
  }
  return count;
};

/** Only what JSON calls white space: any other line is answered, with what is wrong with it. */
const isBlank = (line: string): boolean =>
  line.length === 0 || (line.charCodeAt(0) <= space && /^[ \t\r]*$/.test(line));

const space = 0x20;
