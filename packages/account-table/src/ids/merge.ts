import type { Place } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { sortedEntries } from './id-table';
import { cursorOverEntries, cursorOverRun } from './run-cursor';
import type { Cursor } from './run-cursor';
import type { RunEntry, RunParts } from './run-file';
import { createRunWriter } from './run-writer';

/** A full table and the newest runs, to be one run. */
export type MergeJob = {
  ledger: string;
  /** Name of the new run's file, which is not there yet. */
  name: string;
  /** Oldest first, without a gap up to the table. */
  runs: readonly RunEntry[];
  table: { memory: SharedArrayBuffer; count: number; first: Place; last: Place };
};

/** Leaves a durable run that no manifest names yet. Rejects with `IdRunDamaged` if a run it reads is damaged. */
export type Merge = (folder: Folder, job: MergeJob) => Promise<RunParts>;

/** The run that comes of a job. */
export const mergedEntry = ({ name, runs, table }: MergeJob): RunEntry => ({
  name,
  count: runs.reduce((count, run) => count + run.count, table.count),
  first: runs[0]?.first ?? table.first,
  last: table.last,
});

/** The merge itself, in the thread that calls it. */
export const mergeInline: Merge = async (folder, job) => {
  const entry = mergedEntry(job);
  const cursors: Cursor[] = [];
  try {
    for (const run of job.runs) cursors.push(await cursorOverRun(folder, run));
    cursors.push(cursorOverEntries(sortedEntries(job.table.memory, job.table.count)));
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
