import type { Place } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { openIdRuns } from './id-runs';
import type { IdRuns } from './id-runs';
import { createIdTable } from './id-table';
import { createIdTables } from './id-tables';
import type { IdTables } from './id-tables';
import type { Merge } from './merge';
import { mergeInWorker } from './merge-in-worker';
import { IdRunDamaged } from './run-file';

export type IdIndexOptions = {
  /** Absent: everything is kept in memory, and nothing when it ends. */
  folder?: Folder;
  /** The log's own id: runs of another log are not trusted. */
  ledger: string;
  /** Place of the last event of the log. */
  last: Place;
  /** With so many a table in memory becomes a run. */
  tableIds?: number;
  merge?: Merge;
  onWarning: (message: string) => void;
};

/** Where ids may stand in the log, by fingerprint: none is certain, any may be of another id and is confirmed by reading it. */
export type IdIndex = {
  /** Every id of events up to here is found after a restart too; what follows is then to be added again. */
  covered(): Place;
  /**
   * In the order of the log; what was covered or said to be through is passed over. Never waits: whoever adds millions gives up
   * its turn now and then, because full tables stay in memory until a merge could be taken note of.
   */
  add(high: number, low: number, place: Place): void;
  /** All ids of events up to here were added. */
  through(place: Place): void;
  /** Ascending; empty: surely new. Throws `IdRunDamaged`, from then on always: the next start makes the index anew. */
  places(high: number, low: number): readonly Place[];
  sizes(): { ids: number; memoryBytes: number; diskBytes: number };
  /** Resolves when no merge is under way. */
  settled(): Promise<void>;
  /** Lets a merge under way finish. */
  close(): Promise<void>;
};

/** 8 MiB, of 2¹⁹ slots three quarters full: with larger ones a start reads more of the log again, and full ones that wait weigh more. */
const defaultTableIds = 393_216;

/** Throws if the folder covers more than the log has; drops what it cannot trust, with a warning. */
export const openIdIndex = async (options: IdIndexOptions): Promise<IdIndex> => {
  const { folder, tableIds = defaultTableIds, merge = mergeInWorker, onWarning } = options;
  if (!folder) return indexInMemory();
  const { ledger, last } = options;
  const runs = await openIdRuns({ folder, ledger, last, merge, onWarning });
  return indexOver(runs, createIdTables(tableIds, runs.covered()), onWarning);
};

const indexInMemory = (): IdIndex => {
  const table = createIdTable(1);
  let throughPlace = 0;
  return {
    covered: () => 0,
    add: (high, low, place) => {
      if (place > throughPlace) table.add(high, low, place);
    },
    through: (place) => {
      throughPlace = Math.max(throughPlace, place);
    },
    places: (high, low) => ascending(table.places(high, low)),
    sizes: () => ({ ids: table.count, memoryBytes: table.sizeBytes, diskBytes: 0 }),
    settled: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
};

const indexOver = (runs: IdRuns, tables: IdTables, onWarning: (message: string) => void): IdIndex => {
  let merging: Promise<void> | undefined;
  let failure: IdRunDamaged | undefined;
  let isClosing = false;

  const mergeFullTables = async (): Promise<void> => {
    try {
      for (let full = tables.full(); full.length > 0 && !isClosing; full = tables.full()) {
        const { length } = full;
        await runs.take(full, () => tables.release(length));
      }
    } catch (error) {
      if (error instanceof IdRunDamaged) fail(error);
      else onWarning(`merging ids is tried again when one more table of them is full: ${String(error)}`);
    } finally {
      merging = undefined;
    }
  };

  const fail = (error: IdRunDamaged): void => {
    failure = error;
    runs.spoil();
  };

  const search = (high: number, low: number): Place[] | undefined => {
    if (failure) throw failure;
    try {
      return runs.places(high, low, tables.places(high, low));
    } catch (error) {
      if (error instanceof IdRunDamaged) fail(error);
      throw error;
    }
  };

  const settled = async (): Promise<void> => {
    while (merging) await merging;
  };

  return {
    covered: runs.covered,
    add: tables.add,
    through: (place) => {
      if (failure) throw failure;
      if (tables.through(place) && !isClosing) merging ??= mergeFullTables();
    },
    places: (high, low) => ascending(search(high, low)),
    sizes: () => {
      const ofRuns = runs.sizes();
      const ofTables = tables.sizes();
      return {
        ids: ofRuns.ids + ofTables.ids,
        memoryBytes: ofRuns.memoryBytes + ofTables.memoryBytes,
        diskBytes: ofRuns.diskBytes,
      };
    },
    settled,
    close: async () => {
      isClosing = true;
      await settled();
      runs.close();
    },
  };
};

const none: readonly Place[] = [];

const ascending = (found: Place[] | undefined): readonly Place[] =>
  found === undefined ? none : found.sort((one, other) => one - other);
