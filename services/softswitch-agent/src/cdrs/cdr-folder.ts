import { closeSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadPlaces } from './read-places';

/** Rows that are whole, each with where it stands, and how far that is. */
export type ReadRows = { rows: { text: string; where: string }[]; places: Map<string, number> };

const roundBytes = 1 << 20;

/**
 * What came into a folder's `cdrs_…` files since, a megabyte of each at most. A file is known by its inode and its birth, so that one that
 * is renamed, as rotation does, is read on to its end; the row that is being written waits.
 */
export const readNewRows = (folder: string, read: Pick<ReadPlaces, 'of'>): ReadRows => {
  const rows: ReadRows['rows'] = [];
  const places = new Map<string, number>();
  for (const name of readdirSync(folder)
    .filter((one) => one.startsWith('cdrs_'))
    .sort()) {
    const path = join(folder, name);
    const { ino, birthtimeMs, size } = statSync(path);
    const file = `${String(ino)}-${String(Math.round(birthtimeMs))}`;
    const from = read.of(file);
    let at = from;
    for (const row of size > from ? wholeRows(path, from) : []) {
      if (row.length > 0) rows.push({ text: row.toString(), where: `${name}:${String(at)}` });
      at += row.length + 1;
    }
    places.set(file, at);
  }
  return { rows, places };
};

const wholeRows = (path: string, from: number): Buffer[] => {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(roundBytes);
    return linesOf(bytes.subarray(0, readSync(file, bytes, 0, roundBytes, from)));
  } finally {
    closeSync(file);
  }
};

const lineEnd = 0x0a;

const linesOf = (bytes: Buffer): Buffer[] => {
  const lines: Buffer[] = [];
  for (let from = 0; ;) {
    const end = bytes.indexOf(lineEnd, from);
    if (end < 0) return lines;
    lines.push(bytes.subarray(from, end));
    from = end + 1;
  }
};
