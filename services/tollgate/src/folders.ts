import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SettingsError } from './settings';

/** What is where in the data folder. Only `log` is the truth: the account table is derived from it and may be deleted. */
export const foldersOf = (data: string) => ({
  log: join(data, 'log'),
  /** What becomes the log when a restore has come to its end. */
  restoring: join(data, 'log.restoring'),
  /** What becomes the log, or becomes it again, when a copy from elsewhere has come to its end. */
  copying: join(data, 'log.copying'),
  accountTable: join(data, 'account-table'),
  /** How far each relay has been acknowledged: without it everything is published again. */
  relays: join(data, 'relays'),
  /** The ledger's tree, which is derived: where checkpoints are signed. */
  tree: join(data, 'tree'),
  /** What is kept of accounts with many events to look at them as they were, derived too. */
  past: join(data, 'past'),
  /** What is derived from logs in an event store, for each in a folder of its own. */
  eventStore: join(data, 'event-store'),
  /** Of the process that has the data folder open. */
  lock: join(data, 'lock'),
});

/** What is derived from one log in an event store. Its seed is of that log alone: another store, prefix or copy has another. */
export const storeFoldersOf = (data: string, seed: Uint8Array) => {
  const path = join(foldersOf(data).eventStore, Buffer.from(seed).toString('hex'));
  return {
    accountTable: join(path, 'account-table'),
    relays: join(path, 'relays'),
    tree: join(path, 'tree'),
    past: join(path, 'past'),
  };
};

/** What to do with a data folder whose log has not come to its end; absent for any other. */
export const unfinishedIn = (data: string): string | undefined => {
  const { log, restoring, copying } = foldersOf(data);
  if (existsSync(log)) return undefined;
  if (existsSync(copying))
    return `a copy into ${data} has not come to its end: run "tollgate copy-log" again; or remove ${data} to begin a new ledger without what was to be copied`;
  return existsSync(restoring)
    ? `a restore into ${data} has not come to its end: run "tollgate restore" again; or remove ${data} to begin a new ledger without what was to be restored`
    : undefined;
};

/** Throws `SettingsError` where a path that should be a folder, or may become one, is a file or lies below one. */
export const requireFolder = (path: string, above = path): void => {
  if (!existsSync(above)) requireFolder(path, dirname(above));
  else if (!statSync(above).isDirectory())
    throw new SettingsError(`${path} is no folder, for ${above} is a file: name a folder; nothing was changed`);
};
