import { crc32 } from 'node:zlib';
import { createJsonBytes } from './json-bytes';
import type { JsonBytes } from './json-bytes';
import { blockLines, inEvent } from './layout';

/** Lines of a group in the making, and the checksum of each block of them. */
export type LineBuffer = {
  clear(): void;
  sizeBytes(): number;
  /** Where the text of a line is put, before it is ended. */
  readonly line: Pick<JsonBytes, 'text' | 'ascii' | 'json'>;
  /** Ends a line, and says so in the header of its event. */
  end(header: { view: DataView; at: number }): void;
  /** Closes the last block. */
  close(view: DataView): void;
  copyInto(bytes: Buffer, at: number): void;
};

export const createLineBuffer = (): LineBuffer => {
  const written = createJsonBytes();
  let blockStart = 0;
  let linesInBlock = 0;
  /** Of the header of the last line. */
  let last = 0;

  const close = (view: DataView): void => {
    if (linesInBlock === 0) return;
    view.setUint32(last + inEvent.blockCrc, crc32(written.bytes().subarray(blockStart)), true);
    blockStart = written.length();
    linesInBlock = 0;
  };
  return {
    clear: () => {
      written.clear();
      blockStart = 0;
      linesInBlock = 0;
    },
    sizeBytes: written.length,
    line: written,
    end: ({ view, at }) => {
      written.text('\n');
      view.setUint32(at + inEvent.lineEnd, written.length(), true);
      last = at;
      linesInBlock += 1;
      if (linesInBlock === blockLines) close(view);
    },
    close,
    copyInto: (target, at) => {
      target.set(written.bytes(), at);
    },
  };
};
