import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readDeck } from '@tollgate/rating';
import type { Deck } from '@tollgate/rating';
import { SettingsError } from './settings';

const extension = '.csv';

/** The decks of a folder by their names: NAME.csv each. Throws `SettingsError`, naming file, line and field. */
export const loadDecks = (folder: string | undefined): ReadonlyMap<string, Deck> => {
  if (folder === undefined) return new Map();
  const names = filesIn(folder).filter((file) => file.endsWith(extension));
  return new Map(names.map((file) => [file.slice(0, -extension.length), loadDeck(join(folder, file))]));
};

const filesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new SettingsError(`TOLLGATE_DECKS (--decks <folder>): ${inWords(error)}`);
  }
};

const loadDeck = (path: string): Deck => {
  try {
    return readDeck(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new SettingsError(`TOLLGATE_DECKS (--decks <folder>): ${path}: ${inWords(error)}`);
  }
};

const inWords = (error: unknown): string => (error instanceof Error ? error.message : String(error));
