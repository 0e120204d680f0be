import { crc32 } from 'node:zlib';
import { blockLines, eventHeaderBytes, inEvent } from './layout';

/** Lines of a group in the making. A block of them is written, and its checksum made, at once: a call for each costs more. */
export type LineBuffer = {
  clear(): void;
  sizeBytes(): number;
  /** Says in the header of the event where the line ends; holds once its block is closed. */
  add(line: string, header: { view: DataView; at: number }): void;
  /** Closes the last block. */
  close(view: DataView): void;
  copyInto(bytes: Buffer, at: number): void;
};

const usualBytes = 64 << 10;
/** One that was needed for a group out of the ordinary is not kept. */
const keptBytes = 16 << 20;

export const createLineBuffer = (): LineBuffer => {
  let bytes: Buffer = Buffer.allocUnsafeSlow(usualBytes);
  let end = 0;
  let text = '';
  /** Where the lines of the block end in `text`. */
  let ends: number[] = [];
  /** Of the header of the last line. */
  let last = 0;

  const closeBlock = (view: DataView): void => {
    if (ends.length === 0) return;
    const needed = end + maxBytesOf(text);
    if (needed > bytes.length) bytes = grown(bytes, needed);
    const written = bytes.write(text, end);
    if (written !== text.length) correctEnds(view, { text, ends, last, start: end });
    view.setUint32(last + inEvent.blockCrc, crc32(bytes.subarray(end, end + written)), true);
    end += written;
    text = '';
    ends = [];
  };
  return {
    clear: () => {
      end = 0;
      text = '';
      ends = [];
      if (bytes.length > keptBytes) bytes = Buffer.allocUnsafeSlow(usualBytes);
    },
    sizeBytes: () => end + text.length,
    add: (line, { view, at }) => {
      text += line;
      ends.push(text.length);
      last = at;
      view.setUint32(at + inEvent.lineEnd, end + text.length, true);
      if (ends.length === blockLines) closeBlock(view);
    },
    close: closeBlock,
    copyInto: (target, at) => {
      bytes.copy(target, at, 0, end);
    },
  };
};

/** Most bytes UTF-8 needs for it. */
const maxBytesOf = (text: string): number => 3 * text.length;

const grown = (bytes: Buffer, needed: number): Buffer => {
  const larger = Buffer.allocUnsafeSlow(Math.max(2 * bytes.length, needed));
  bytes.copy(larger);
  return larger;
};

type Block = { text: string; ends: readonly number[]; last: number; start: number };

/** Where a character takes more than a byte, lines end later than they have characters. */
const correctEnds = (view: DataView, { text, ends, last, start }: Block): void => {
  let byte = start;
  ends.forEach((end, index) => {
    byte += Buffer.byteLength(text.slice(ends[index - 1] ?? 0, end));
    view.setUint32(last - (ends.length - 1 - index) * eventHeaderBytes + inEvent.lineEnd, byte, true);
  });
};
