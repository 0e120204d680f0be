import { peek } from './peek';

export const lineFeed = 0x0a;
export const carriageReturn = 0x0d;
export const quote = 0x22;

const toldFromBytes = 64 << 10;

/** What ends the lines of a text: a carriage return where the first 64 KiB have that and no line feed, cells in quotes aside. */
export const withLineEnd = async (chunks: AsyncIterable<Buffer>, { hasQuotes }: { hasQuotes: boolean }) => {
  const { head, all } = await peek(chunks, toldFromBytes);
  return { lineEnd: lineEndOf(head.subarray(0, toldFromBytes), hasQuotes), all };
};

const lineEndOf = (head: Buffer, hasQuotes: boolean): number => {
  let isQuoted = false;
  let hasReturn = false;
  for (const byte of head) {
    if (hasQuotes && byte === quote) isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (byte === lineFeed) return lineFeed;
    else if (byte === carriageReturn) hasReturn = true;
  }
  return hasReturn ? carriageReturn : lineFeed;
};
