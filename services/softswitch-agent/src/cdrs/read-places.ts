import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** How many bytes of each file have been handed on, by what the file is, whatever its name is by now. */
export type ReadPlaces = {
  of(file: string): number;
  /** Durable once it returns; of files that are not named it is forgotten. */
  keep(places: ReadonlyMap<string, number>): void;
};

/** Kept in a file, replaced as a whole. */
export const openReadPlaces = (path: string): ReadPlaces => {
  mkdirSync(dirname(path), { recursive: true });
  let places = new Map<string, number>(
    existsSync(path) ? Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>) : [],
  );
  return {
    of: (file) => places.get(file) ?? 0,
    keep: (kept) => {
      const draft = `${path}.draft`;
      const file = openSync(draft, 'w');
      writeSync(file, JSON.stringify(Object.fromEntries(kept)));
      fsyncSync(file);
      closeSync(file);
      renameSync(draft, path);
      places = new Map(kept);
    },
  };
};
