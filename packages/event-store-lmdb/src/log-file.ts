import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { open } from 'lmdb';
import type { Database, RootDatabase } from 'lmdb';
import { LogDamaged, LogUnavailable } from '@tollgate/event-store';
import { checkLength } from './log-length';
import { reasonOf, requireRoom } from './write-failure';

type LogRecord = { key: number; value: Buffer };

/** Records by position, from 1, without a gap. */
export type LogFile = {
  /** Position of the last record, 0 while there is none. */
  last(): number;
  get(position: number): Buffer | undefined;
  /** Records from `from` to `to`, both included, or the first of them that fill 8 MiB. Throws `LogDamaged` where one is missing. */
  range(from: number, to: number): LogRecord[];
  /** All of them or none; resolves when they are on the disk (LMDB commits with fdatasync). Throws `LogUnavailable`. */
  append(first: number, records: readonly Buffer[]): Promise<void>;
  /** Why nothing can be written any more until the file is opened anew, by another process; absent while it can. */
  stuck(): Error | undefined;
  sizeBytes(): number;
  close(): Promise<void>;
};

const formatVersion = 1;

/** Positions only rise: LMDB then fills its pages to the end, and larger pages waste less of it on records of half a kilobyte. */
const atTheEnd = { append: true };
/** lmdb's own types leave out that an asynchronous put takes options. */
type PutWithOptions = { put(key: number, value: Buffer, options: typeof atTheEnd): Promise<boolean> };
const pageSize = 8_192;

export const openLogFile = (folder: string): LogFile => {
  mkdirSync(folder, { recursive: true });
  checkLength(join(folder, 'data.mdb'));
  const opened = openFile(folder);
  const { environment, records } = opened;
  let hasFailed = false;
  let stuck: Error | undefined;
  const commit = async (first: number, batch: readonly Buffer[]): Promise<void> => {
    const written = write(opened, first, batch);
    const limited = hasFailed ? inTime(written, folder) : written;
    hasFailed = true;
    await limited;
    hasFailed = false;
  };
  // A new file is on the disk only once the folders that name it are.
  syncFolder(folder);
  syncFolder(dirname(folder));
  return {
    last: () => reading(folder, () => [...records.getKeys({ reverse: true, limit: 1 })][0] ?? 0),
    get: (position) => reading(folder, () => records.get(position)),
    range: (from, to) => reading(folder, () => withoutGap(records.getRange({ start: from, end: to + 1 }), from, to)),
    append: async (first, batch) => {
      const room = { folder, bytes: batch.reduce((sum, { length }) => sum + length, 0) };
      try {
        if (stuck !== undefined) throw stuck;
        requireRoom(room);
        await commit(first, batch);
      } catch (error) {
        const cause = await commitErrorOf(error);
        if (cause instanceof LogStuck) stuck = cause;
        throw new LogUnavailable(`the log in ${folder} cannot be written: ${reasonOf(cause, room)}`, { cause });
      }
    },
    stuck: () => stuck,
    sizeBytes: () => statSync(join(folder, 'data.mdb')).size,
    close: () => environment.close(),
  };
};

/** The process has to end: the next one finds all that was acknowledged. */
class LogStuck extends Error {
  override readonly name = 'LogStuck';
  readonly retriable = false;

  constructor(folder: string) {
    super(`LMDB could not note in ${folder} what it had written and does nothing more in this process: start again`);
  }
}

type Opened = { environment: RootDatabase; records: Database<Buffer, number> };

const openFile = (folder: string): Opened => {
  const environment = reading(folder, () => openEnvironment(folder));
  return { environment, records: reading(folder, () => openRecords(environment, folder)) };
};

const write = async ({ environment, records }: Opened, first: number, batch: readonly Buffer[]): Promise<void> => {
  const sequential = records as unknown as PutWithOptions;
  // lmdb rejects the promises of single puts too; one that nobody awaits would end the process.
  const puts = new Set<Promise<boolean>>();
  const committed = environment.batch(() => {
    batch.forEach((record, index) => puts.add(sequential.put(first + index, record, atTheEnd)));
  });
  const [, ...areWritten] = await Promise.all([committed, ...puts]);
  if (!areWritten.every(Boolean)) throw new Error(`records stand already at ${String(first)} or after it`);
};

/** After a commit that failed LMDB may never answer another (MDB_PANIC: it could not note what is committed). */
const secondChanceMs = 5_000;

const inTime = async (written: Promise<void>, folder: string): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new LogStuck(folder));
    }, secondChanceMs);
  });
  written.catch(() => undefined);
  await Promise.race([written, late]).finally(() => {
    clearTimeout(timer);
  });
};

/**
 * overlappingSync off: a commit then returns only after its fdatasync, so that resolved means durable. eventTurnBatching off:
 * with it lmdb keeps a promise of its own, and the rejection of that would end the process when a commit fails.
 */
const openEnvironment = (folder: string): RootDatabase =>
  open({ path: folder, maxDbs: 4, pageSize, overlappingSync: false, eventTurnBatching: false, noMemInit: true });

/** What is read at once is bounded by its size, for records may be small or large. */
const rangeBytes = 8 << 20;

const withoutGap = (found: Iterable<LogRecord>, from: number, to: number): LogRecord[] => {
  const records: LogRecord[] = [];
  let bytes = 0;
  for (const record of found) {
    if (record.key !== from + records.length) break;
    records.push(record);
    bytes += record.value.length;
    if (bytes >= rangeBytes) return records;
  }
  if (records.length !== to - from + 1)
    throw new LogDamaged(
      `events are missing between positions ${String(from)} and ${String(to)}; restore the log from a copy`,
    );
  return records;
};

/** LMDB's codes for a file that does not make sense: MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_INVALID. */
const damageCodes = [-30797, -30796, -30793];

const reading = <Value>(folder: string, read: () => Value): Value => {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && damageCodes.includes(Number(error.code)))
      throw new LogDamaged(`the log in ${folder} is damaged (${error.message}); restore it from a copy`, {
        cause: error,
      });
    throw error;
  }
};

/** lmdb rejects with a general error; the system's own follows in `commitError`, a promise that has to be handled too. */
const commitErrorOf = async (error: unknown): Promise<unknown> => {
  try {
    if (error instanceof Error && 'commitError' in error) await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
};

const syncFolder = (folder: string): void => {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

const openRecords = (environment: RootDatabase, folder: string): Database<Buffer, number> => {
  try {
    checkFormat(environment.openDB('meta', { encoding: 'json' }), folder);
    return environment.openDB('records', { encoding: 'binary' });
  } catch (error) {
    void environment.close();
    throw error;
  }
};

const checkFormat = (meta: Database<number, string>, folder: string): void => {
  const found = meta.get('format');
  if (found === undefined) meta.putSync('format', formatVersion);
  else if (found !== formatVersion)
    throw new Error(
      `${folder} was written in log format ${String(found)}; this Tollgate reads format ${String(formatVersion)}`,
    );
};
