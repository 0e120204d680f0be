import { withLineEnd } from './line-end';
import { utf8MarkBytes } from './utf-8';

/** A line of a file, from 1. `bytes` is absent if it is longer than a record may be. */
export type FileLine = { line: number; bytes: Buffer | undefined };

/** No record comes near this; a file without line ends must not fill the memory. */
export const maxLineBytes = 1 << 20;

/** Splits UTF-8 into lines as they come, without their ends and without a mark; blank lines are counted and left out. */
export async function* fileLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileLine> {
  const { lineEnd, all } = await withLineEnd(chunks, { hasQuotes: false });
  const pending = createPending();
  let line = 1;
  let isFirst = true;
  for await (const chunk of all) {
    let start = isFirst ? utf8MarkBytes(chunk) : 0;
    isFirst = false;
    for (let end = chunk.indexOf(lineEnd, start); end >= 0; end = chunk.indexOf(lineEnd, start)) {
      pending.add(chunk.subarray(start, end));
      const found = { line, bytes: pending.take() };
      if (!isBlank(found.bytes)) yield found;
      line += 1;
      start = end + 1;
    }
    pending.add(chunk.subarray(start));
  }
  const last = { line, bytes: pending.take() };
  if (!isBlank(last.bytes)) yield last;
}

/** The beginning of a line whose end has not come yet. */
const createPending = () => {
  let parts: Buffer[] = [];
  let sizeBytes = 0;
  return {
    add: (part: Buffer): void => {
      sizeBytes += part.length;
      if (sizeBytes > maxLineBytes) parts = [];
      else parts.push(part);
    },
    take: (): Buffer | undefined => {
      const bytes = sizeBytes > maxLineBytes ? undefined : Buffer.concat(parts);
      parts = [];
      sizeBytes = 0;
      return bytes;
    },
  };
};

const isBlank = (bytes: Buffer | undefined): boolean =>
  bytes?.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x0a || byte === 0x09) ?? false;
