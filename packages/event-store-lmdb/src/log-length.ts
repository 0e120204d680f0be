import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { LogDamaged } from '@tollgate/event-store';

/**
 * LMDB maps its file: reading a page past the end of a cut one kills the process, so the length is compared with what LMDB's
 * own newest meta page says before the file is mapped. An empty file is a new one.
 */
export const checkLength = (path: string): void => {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r');
  try {
    const sizeBytes = fstatSync(file).size;
    if (sizeBytes === 0) return;
    const first = readMetaPage(file, 0);
    const second = first && readMetaPage(file, first.pageBytes);
    if (first === undefined || second === undefined)
      throw new LogDamaged(`${path} does not begin as an event log does; restore it from a copy`);
    const { lastPage } = first.transaction > second.transaction ? first : second;
    const neededBytes = (lastPage + 1n) * BigInt(first.pageBytes);
    if (neededBytes > BigInt(sizeBytes))
      throw new LogDamaged(
        `${path} is cut short (${String(sizeBytes)} of ${String(neededBytes)} bytes); restore it from a copy`,
      );
  } finally {
    closeSync(file);
  }
};

type MetaPage = { pageBytes: number; lastPage: bigint; transaction: bigint };

/** `MDB_page_header` (24 bytes), then `MDB_meta`, as lmdb 3 lays them out (data version 2, little endian). */
const readMetaPage = (file: number, offset: number): MetaPage | undefined => {
  const page = Buffer.alloc(160);
  if (readSync(file, page, 0, page.length, offset) < page.length || page.readUInt32LE(24) !== magic) return undefined;
  return {
    pageBytes: page.readUInt32LE(48),
    lastPage: page.readBigUInt64LE(144),
    transaction: page.readBigUInt64LE(152),
  };
};

const magic = 0xbeefc0de;
