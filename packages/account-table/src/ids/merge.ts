import type { Place } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { cursorOverRun } from './run-cursor';
import type { Cursor } from './run-cursor';
import type { RunEntry, RunParts } from './run-file';
import { createRunWriter } from './run-writer';
import { cursorOverTable } from './table-cursor';

/** A full table, sorted nowhere yet, with all ids of the events from `first` to `last`. */
export type FullTable = { memory: SharedArrayBuffer; count: number; first: Place; last: Place };

/** Full tables and the newest runs, to be one run. */
export type MergeJob = {
  ledger: string;
  /** Name of the new run's file, which is not there yet. */
  name: string;
  /** Oldest first, without a gap up to the tables. */
  runs: readonly RunEntry[];
  /** At least one, oldest first, without a gap. */
  tables: readonly FullTable[];
};

/** Leaves a durable run that no manifest names yet. Rejects with `IdRunDamaged` if a run it reads is damaged. */
export type Merge = (folder: Folder, job: MergeJob) => Promise<RunParts>;

/** The run that comes of a job. */
export const mergedEntry = ({ name, runs, tables }: MergeJob): RunEntry => {
  const sources = [...runs, ...tables];
  return {
    name,
    count: sources.reduce((sum, { count }) => sum + count, 0),
    first: sources[0]?.first ?? 1,
    last: sources.at(-1)?.last ?? 0,
  };
};

/** The merge itself, in the thread that calls it. */
export const mergeInline: Merge = async (folder, job) => {
  const entry = mergedEntry(job);
  const cursors: Cursor[] = [];
  try {
    for (const run of job.runs) cursors.push(await cursorOverRun(folder, run));
    for (const { memory } of job.tables) cursors.push(cursorOverTable(memory));
    const file = await folder.open(job.name, { isNew: true });
    try {
      const writer = createRunWriter(file, entry, job.ledger);
      const going = cursors.filter((cursor) => cursor.advance());
      while (going.length > 0) {
        fill(writer, going);
        await writer.flush();
      }
      return await writer.end();
    } finally {
      file.close();
    }
  } finally {
    for (const cursor of cursors) cursor.close();
  }
};

const fill = (
  writer: { put(high: number, low: number, place: Place): void; isFull(): boolean },
  going: Cursor[],
): void => {
  while (!writer.isFull()) {
    let least = going[0];
    if (!least) return;
    for (const cursor of going) if (isBefore(cursor, least)) least = cursor;
    writer.put(least.high, least.low, least.place);
    if (!least.advance()) going.splice(going.indexOf(least), 1);
  }
};

const isBefore = (one: Cursor, other: Cursor): boolean => {
  if (one.high !== other.high) return one.high < other.high;
  if (one.low !== other.low) return one.low < other.low;
  return one.place < other.place;
};
