import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import type { Database, RootDatabase } from 'lmdb';
import { LogDamaged } from '@tollgate/event-store';
import type { EventBody, RecordedEvent } from '@tollgate/event-store';
import { lmdbFileOf } from './lmdb-file';
import { checkLength } from './log-length';
import { decodeRecord } from './record';

/** An event log as Tollgate kept it in LMDB, to be read only: nothing in its file is changed. */
export type LmdbLog = {
  /** Position of the last event, 0 while there is none. Positions begin at 1 and have no gap. */
  last: number;
  sizeBytes: number;
  /** All events in the order of their positions. Throws `LogDamaged` where one is damaged or missing. */
  events(): Iterable<RecordedEvent<EventBody>>;
  close(): Promise<void>;
};

const formatVersion = 1;

/** See `openLmdbLog` of the public list. */
export const openLmdbLog = async (eventLog: string): Promise<LmdbLog> => {
  const path = lmdbFileOf(eventLog);
  if (!existsSync(path)) throw new LogDamaged(`${path} is missing; restore the log from a copy`);
  checkLength(path);
  const folder = join(eventLog, 'log');
  const environment = reading(folder, () => open({ path: folder, maxDbs: 4, readOnly: true }));
  try {
    const records = reading(folder, () => openRecords(environment, folder));
    const last = records === undefined ? 0 : reading(folder, () => lastOf(records));
    return {
      last,
      sizeBytes: statSync(path).size,
      events: () => (records === undefined ? [] : eventsOf({ folder, records, last })),
      close: () => environment.close(),
    };
  } catch (error) {
    await environment.close();
    throw error;
  }
};

type Records = Database<Buffer, number>;

/** lmdb's own types leave out that a database which is missing is not made where nothing may be written. */
type ReadOnly = { openDB(name: string, options: { encoding: 'json' }): Database<number, string> | undefined };

/** Nothing where a first start was killed before it had written anything. */
const openRecords = (environment: RootDatabase, folder: string): Records | undefined => {
  const asItIs: ReadOnly = environment;
  const found = asItIs.openDB('meta', { encoding: 'json' })?.get('format');
  if (found === undefined) return undefined;
  if (found !== formatVersion)
    throw new Error(
      `${folder} was written in log format ${String(found)}; this Tollgate reads format ${String(formatVersion)}`,
    );
  return environment.openDB('records', { encoding: 'binary' });
};

const lastOf = (records: Records): number => [...records.getKeys({ reverse: true, limit: 1 })][0] ?? 0;

/** What is read at once: LMDB keeps the pages of a reader, and an iterator is one. */
const chunkEvents = 1_000;

function* eventsOf({ folder, records, last }: { folder: string; records: Records; last: number }) {
  for (let from = 1; from <= last; from += chunkEvents) {
    const to = Math.min(last, from + chunkEvents - 1);
    yield* reading(folder, () => chunkOf(records, from, to));
  }
}

const chunkOf = (records: Records, from: number, to: number): RecordedEvent<EventBody>[] => {
  const events: RecordedEvent<EventBody>[] = [];
  for (const { key, value } of records.getRange({ start: from, end: to + 1 })) {
    if (key !== from + events.length) break;
    events.push(decodeRecord(value, key));
  }
  if (events.length !== to - from + 1)
    throw new LogDamaged(
      `the event at position ${String(from + events.length)} is missing; restore the log from a copy`,
    );
  return events;
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
