import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import type { Database } from 'lmdb';
import { LogDamaged, LogUnavailable } from '@tollgate/event-store';

/** Records by position, from 1, without a gap. */
export type LogFile = {
  /** Position of the last record, 0 while there is none. */
  last(): number;
  get(position: number): Buffer | undefined;
  /** Records from `from` to `to`, both included. */
  range(from: number, to: number): Iterable<{ key: number; value: Buffer }>;
  /** All of them or none; resolves when they are on the disk (LMDB commits with fdatasync). Throws `LogUnavailable`. */
  append(first: number, records: readonly Buffer[]): Promise<void>;
  sizeBytes(): number;
  close(): Promise<void>;
};

const formatVersion = 1;

export const openLogFile = (folder: string): LogFile => {
  mkdirSync(folder, { recursive: true });
  checkLength(folder);
  // overlappingSync off: a commit then returns only after its fdatasync, so that resolved means durable.
  const environment = open({ path: folder, maxDbs: 4, overlappingSync: false, noMemInit: true });
  const records: Database<Buffer, number> = environment.openDB('records', { encoding: 'binary' });
  checkFormat(environment.openDB('meta', { encoding: 'json' }), folder);
  return {
    last: () => [...records.getKeys({ reverse: true, limit: 1 })][0] ?? 0,
    get: (position) => records.get(position),
    range: (start, to) => records.getRange({ start, end: to + 1 }),
    append: async (first, batch) => {
      try {
        await environment.batch(() => {
          batch.forEach((record, index) => void records.put(first + index, record));
        });
      } catch (error) {
        throw new LogUnavailable(`the log in ${folder} cannot be written: ${reasonOf(error)}`, { cause: error });
      }
    },
    sizeBytes: () => statSync(join(folder, 'data.mdb')).size,
    close: () => environment.close(),
  };
};

const checkFormat = (meta: Database<number, string>, folder: string): void => {
  const found = meta.get('format');
  if (found === undefined) meta.putSync('format', formatVersion);
  else if (found !== formatVersion)
    throw new Error(
      `${folder} was written in log format ${String(found)}; this Tollgate reads format ${String(formatVersion)}`,
    );
};

const pageBytes = 4096;

/** LMDB maps its file: reading past the end of a cut one would kill the process, so the length is checked before. */
const checkLength = (folder: string): void => {
  const file = join(folder, 'data.mdb');
  if (!existsSync(file)) return;
  if (statSync(file).size < 2 * pageBytes) throw new LogDamaged(`${file} is cut short; restore it from a copy`);
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
