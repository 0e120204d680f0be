import type { Place } from '@tollgate/event-store';
import { createIdTable } from './id-table';
import type { IdTable } from './id-table';
import type { FullTable } from './merge';

/** The ids that are in no run yet: a table that fills up, and full ones that are to become runs. */
export type IdTables = {
  add(high: number, low: number, place: Place): void;
  places(high: number, low: number): Place[] | undefined;
  /** All ids up to here were added; true if that sealed a table. */
  through(place: Place): boolean;
  /** Those that are to become a run next, oldest first. */
  full(): FullTable[];
  /** So many of the oldest have become a run. */
  release(tables: number): void;
  sizes(): { ids: number; memoryBytes: number };
};

/** Tables of `tableIds` for what follows `covered`. */
export const createIdTables = (tableIds: number, covered: Place): IdTables => {
  let active = createIdTable(tableIds);
  let throughPlace = covered;
  /** Oldest first, without a gap up to the active one. */
  let sealed: { table: IdTable; first: Place; last: Place }[] = [];
  let activeFirst = covered + 1;
  let spare: IdTable | undefined;

  /** A table is used again: without that, memory would be what the garbage collector has not seen to yet. */
  const emptyTable = (): IdTable => {
    const table = spare ?? createIdTable(tableIds);
    spare = undefined;
    while (!table.wipe());
    return table;
  };

  return {
    add: (high, low, place) => {
      if (place > throughPlace) active.add(high, low, place);
    },
    places: (high, low) => {
      let found = active.places(high, low);
      for (const { table } of sealed) found = table.places(high, low, found);
      return found;
    },
    through: (place) => {
      if (place <= throughPlace) return false;
      throughPlace = place;
      spare?.wipe();
      if (active.count < tableIds) return false;
      sealed.push({ table: active, first: activeFirst, last: place });
      activeFirst = place + 1;
      active = emptyTable();
      return true;
    },
    full: () =>
      sealed
        .slice(0, mostAtOnce)
        .map(({ table, first, last }) => ({ memory: table.memory, count: table.count, first, last })),
    release: (tables) => {
      spare ??= sealed[0]?.table;
      sealed = sealed.slice(tables);
    },
    sizes: () => {
      const tables = [active, ...sealed.map(({ table }) => table)];
      return {
        ids: tables.reduce((sum, { count }) => sum + count, 0),
        memoryBytes: tables.reduce((sum, { sizeBytes }) => sum + sizeBytes, spare?.sizeBytes ?? 0),
      };
    },
  };
};

/** A merge sorts each in memory of its own. More than one waits only while a log is read faster than runs are written. */
const mostAtOnce = 4;
