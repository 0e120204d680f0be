import type { Place } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { openIdRuns } from './id-runs';
import type { IdRuns } from './id-runs';
import { createIdTable } from './id-table';
import type { IdTable } from './id-table';
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

/** 16 MiB, of 2²⁰ slots three quarters full. */
const defaultTableIds = 786_432;

/** Throws if the folder covers more than the log has; drops what it cannot trust, with a warning. */
export const openIdIndex = async (options: IdIndexOptions): Promise<IdIndex> => {
  const { folder, tableIds = defaultTableIds, merge = mergeInWorker, onWarning } = options;
  if (!folder) return indexInMemory();
  const { ledger, last } = options;
  const runs = await openIdRuns({ folder, ledger, last, merge, onWarning });
  return indexOver(runs, { tableIds, onWarning });
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

type SealedTable = { table: IdTable; first: Place; last: Place };

const indexOver = (
  runs: IdRuns,
  { tableIds, onWarning }: Required<Pick<IdIndexOptions, 'tableIds' | 'onWarning'>>,
): IdIndex => {
  let active = createIdTable(tableIds);
  /** Full, oldest first; they are searched until they are in a run. */
  let sealed: SealedTable[] = [];
  let spare: IdTable | undefined;
  let throughPlace = runs.covered();
  let merging: Promise<void> | undefined;
  let failure: IdRunDamaged | undefined;
  let isClosing = false;

  const seal = (): void => {
    sealed.push({ table: active, first: (sealed.at(-1)?.last ?? runs.covered()) + 1, last: throughPlace });
    // A table is used again: without that, memory would be what the garbage collector has not seen to yet.
    active = spare ?? createIdTable(tableIds);
    if (spare) spare.clear();
    spare = undefined;
    if (!isClosing) merging ??= mergeSealed();
  };

  const mergeSealed = async (): Promise<void> => {
    try {
      for (let next = sealed[0]; next && !isClosing; next = sealed[0]) await mergeTable(next);
    } catch (error) {
      if (error instanceof IdRunDamaged) fail(error);
      else onWarning(`merging ids is tried again when one more table of them is full: ${String(error)}`);
    } finally {
      merging = undefined;
    }
  };

  const mergeTable = ({ table, first, last }: SealedTable): Promise<void> =>
    runs.take({ memory: table.memory, count: table.count, first, last }, () => {
      sealed = sealed.slice(1);
      spare = table;
    });

  const fail = (error: IdRunDamaged): void => {
    failure = error;
    runs.spoil();
  };

  const search = (high: number, low: number): Place[] | undefined => {
    if (failure) throw failure;
    let found = active.places(high, low);
    for (const { table } of sealed) found = table.places(high, low, found);
    try {
      return runs.places(high, low, found);
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
    add: (high, low, place) => {
      if (place > throughPlace) active.add(high, low, place);
    },
    through: (place) => {
      if (failure) throw failure;
      if (place <= throughPlace) return;
      throughPlace = place;
      if (active.count >= tableIds) seal();
    },
    places: (high, low) => ascending(search(high, low)),
    sizes: () => {
      const { ids, memoryBytes, diskBytes } = runs.sizes();
      const tables = [active, ...sealed.map(({ table }) => table)];
      return {
        ids: tables.reduce((sum, { count }) => sum + count, ids),
        memoryBytes: tables.reduce((sum, { sizeBytes }) => sum + sizeBytes, memoryBytes + (spare?.sizeBytes ?? 0)),
        diskBytes,
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
