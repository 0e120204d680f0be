import type { Place } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { openKeptRuns } from './kept-runs';
import type { LogOfRuns } from './kept-runs';
import { removeUnnamed, runName, writeManifest } from './manifest';
import { mergedEntry } from './merge';
import type { FullTable, Merge, MergeJob } from './merge';
import { openRun } from './run';
import type { Run } from './run';
import type { RunEntry } from './run-file';
import { requireRoom } from '../require-room';

/** What the runs of a folder are opened with. */
export type RunsOptions = LogOfRuns & { folder: Folder; merge: Merge };

/** The runs of a folder: few, each at least about twice the next newer one. */
export type IdRuns = {
  covered(): Place;
  places(high: number, low: number, found?: Place[]): Place[] | undefined;
  /**
   * Makes a run of full tables and the newest runs that are no larger. At one moment, when that is durable and named, they are
   * replaced and `onReplaced` is called; until then all is as before, and so it is if this rejects before.
   */
  take(tables: readonly FullTable[], onReplaced: () => void): Promise<void>;
  /** So that none of them is trusted again. */
  spoil(): void;
  sizes(): { ids: number; memoryBytes: number; diskBytes: number };
  close(): void;
};

export const openIdRuns = async ({ folder, merge, ...log }: RunsOptions): Promise<IdRuns> => {
  let runs = await openKeptRuns(folder, log);
  const { ledger } = log;
  let serial = 0;
  return {
    covered: () => runs.at(-1)?.entry.last ?? 0,
    places: (high, low, before) => {
      let found = before;
      for (const run of runs) found = run.places(high, low, found);
      return found;
    },
    take: async (tables, onReplaced) => {
      const kept = runs.slice(0, runs.length - mergeable(runs, tables));
      const replaced = runs.slice(kept.length);
      serial += 1;
      const name = runName(tables.at(-1)?.last ?? 0, serial);
      const job = { ledger, name, runs: replaced.map((run) => run.entry), tables };
      const entry = mergedEntry(job);
      const entries = [...kept.map((one) => one.entry), entry];
      const run = await makeRun(folder, merge, { job, entries }).catch(async (error: unknown) => {
        // What is half written would keep the log from the room it takes.
        await folder.remove(name).catch(() => undefined);
        throw error;
      });
      runs = [...kept, run];
      for (const old of replaced) old.close();
      onReplaced();
      await removeUnnamed(folder, entries);
    },
    spoil: () => {
      for (const run of runs)
        try {
          run.spoil();
        } catch (error) {
          log.onWarning(`${run.entry.name} could not be marked as damaged: ${String(error)}`);
        }
    },
    sizes: () => ({
      ids: runs.reduce((sum, run) => sum + run.entry.count, 0),
      memoryBytes: runs.reduce((sum, run) => sum + run.memoryBytes, 0),
      diskBytes: runs.reduce((sum, run) => sum + run.diskBytes, 0),
    }),
    close: () => {
      for (const run of runs) run.close();
    },
  };
};

/** Merges, and names the run that comes of it in the manifest, as the last of the entries. */
const makeRun = async (
  folder: Folder,
  merge: Merge,
  { job, entries }: { job: MergeJob; entries: readonly RunEntry[] },
): Promise<Run> => {
  const { ledger } = job;
  const entry = mergedEntry(job);
  requireRoom(folder, entry.count * bytesAnId);
  const made = await merge(folder, job);
  const run = await openRun(folder, { entry, ledger, made });
  try {
    await writeManifest(folder, { ledger, runs: [...entries] });
  } catch (error) {
    run.close();
    throw error;
  }
  return run;
};

/** A generous guess. */
const bytesAnId = 20;

/** How many of the newest runs are no larger than what they are merged with; tables are only about equal, hence the half more. */
const mergeable = (runs: readonly Run[], tables: readonly FullTable[]): number => {
  let count = tables.reduce((sum, table) => sum + table.count, 0);
  let merged = 0;
  for (const { entry } of runs.toReversed()) {
    if (entry.count > 1.5 * count) break;
    count += entry.count;
    merged += 1;
  }
  return merged;
};
