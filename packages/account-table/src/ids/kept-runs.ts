import type { Place } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { readManifest, removeAll, removeUnnamed } from './manifest';
import type { Manifest } from './manifest';
import { openRun } from './run';
import type { Run } from './run';

/** Which log they must be of, and where it ends. */
export type LogOfRuns = {
  /** The log's own id: runs of another log are not trusted. */
  ledger: string;
  /** Place of the last event of the log. */
  last: Place;
  onWarning: (message: string) => void;
};

/**
 * The runs of a folder, oldest first, if they can be trusted: of this log, without a gap from its first event, each file the one
 * that was written. Otherwise they are removed, with a warning, and there are none. Throws if they cover more than the log has.
 */
export const openKeptRuns = async (folder: Folder, { ledger, last, onWarning }: LogOfRuns): Promise<Run[]> => {
  let runs: Run[];
  try {
    runs = await openNamedRuns(folder, ledger);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    onWarning(`the index of ids in ${folder.path} is made anew from the log: ${why}`);
    await removeAll(folder);
    return [];
  }
  const covered = runs.at(-1)?.entry.last ?? 0;
  if (covered > last) {
    for (const run of runs) run.close();
    throw new Error(
      `the index of ids in ${folder.path} is at position ${covered}, ahead of the log at ${last}: the log was replaced by an older copy; delete that folder, which is derived from the log, and start again`,
    );
  }
  await removeUnnamed(
    folder,
    runs.map(({ entry }) => entry),
  );
  return runs;
};

/** Throws what is wrong with them. */
const openNamedRuns = async (folder: Folder, ledger: string): Promise<Run[]> => {
  const manifest = await readManifest(folder);
  if (!manifest) return [];
  checkManifest(manifest, ledger);
  const runs: Run[] = [];
  try {
    for (const entry of manifest.runs) runs.push(await openRun(folder, { entry, ledger }));
    return runs;
  } catch (error) {
    for (const run of runs) run.close();
    throw error;
  }
};

const checkManifest = (manifest: Manifest, ledger: string): void => {
  if (manifest.ledger !== ledger) throw new Error(`it is of log ${manifest.ledger}, this log is ${ledger}`);
  let covered = 0;
  for (const { name, first, last } of manifest.runs) {
    if (first !== covered + 1 || last < first) throw new Error(`${name} begins at ${first}, after ${covered}`);
    covered = last;
  }
};
