import { join } from 'node:path';
import { openFolder, replaceText, textIn } from '@tollgate/folder';

/** How many bytes of each file have been handed on, by what the file is, whatever its name is by now. */
export type ReadPlaces = {
  of(file: string): number;
  /** Durable once it resolves; of files that are not named it is forgotten. */
  keep(places: ReadonlyMap<string, number>): Promise<void>;
};

export const openReadPlaces = async (path: string, name: string): Promise<ReadPlaces> => {
  const folder = await openFolder(path);
  const text = textIn(join(path, name));
  let places = new Map<string, number>(
    text === undefined ? [] : Object.entries(JSON.parse(text) as Record<string, number>),
  );
  return {
    of: (file) => places.get(file) ?? 0,
    keep: async (kept) => {
      await replaceText(folder, name, JSON.stringify(Object.fromEntries(kept)));
      places = new Map(kept);
    },
  };
};
