import type { FolderFile } from '@tollgate/folder';

/**
 * Bytes of a file that were read ahead. What is read below the end of a log never changes, so they never go stale; whoever reads
 * further forgets them.
 */
export type Window = {
  /**
   * Where the bytes from `position` on begin in `bytes()`; fewer than `length` of them are there only where the file ends, at
   * `end`. Holds until the next call.
   */
  at(source: { file: FolderFile; end: number }, position: number, length: number): number;
  /** Where they begin if they are in memory already, -1 if not. */
  find(source: { file: FolderFile; end: number }, position: number, length: number): number;
  bytes(): Buffer;
  view(): DataView;
  /** How many bytes there are from `at` on. */
  available(at: number): number;
  forget(): void;
};

export const createWindow = (aheadBytes: number): Window => {
  let buffer = Buffer.alloc(0);
  let view = new DataView(buffer.buffer, buffer.byteOffset, 0);
  let file: FolderFile | undefined;
  let start = 0;
  let filled = 0;
  const find: Window['find'] = (source, position, length) => {
    const until = Math.min(position + length, source.end);
    return source.file === file && position >= start && until <= start + filled ? position - start : -1;
  };
  return {
    find,
    at: (source, position, length) => {
      const found = find(source, position, length);
      if (found >= 0) return found;
      const wanted = Math.max(0, Math.min(Math.max(length, aheadBytes), source.end - position));
      if (wanted > buffer.length) {
        buffer = Buffer.allocUnsafeSlow(wanted);
        view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
      }
      file = source.file;
      start = position;
      filled = file.read(buffer, { offset: 0, length: wanted, position });
      return 0;
    },
    bytes: () => buffer,
    view: () => view,
    available: (at) => Math.max(0, filled - at),
    forget: () => {
      file = undefined;
    },
  };
};
