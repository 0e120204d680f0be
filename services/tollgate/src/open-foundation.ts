import { existsSync } from 'node:fs';
import { hasLog } from './cli/upgrade-source';
import { openDataFolder } from './data-folder';
import { foldersOf } from './folders';
import type { Foundation, FoundationOptions } from './foundation';
import { SettingsError } from './settings';
import type { Settings } from './settings';

/** Opens the log where the settings say it is. A data folder that is of the other kind is refused: its ledger would be another one. */
export const openFoundation = async (settings: Settings, options: FoundationOptions): Promise<Foundation> => {
  const { data, eventstoreUrl, switches } = settings;
  if (eventstoreUrl === undefined) {
    if (existsSync(foldersOf(data).eventStore))
      throw new SettingsError(
        `${data} belongs to a ledger in an event store: set EVENTSTORE_URL, or choose another folder with --data`,
      );
    return openDataFolder(data, { ...options, table: { switches } });
  }
  if (hasLog(data))
    throw new SettingsError(
      `${data} holds a log of its own, and EVENTSTORE_URL is set: choose another folder with --data, or leave EVENTSTORE_URL out`,
    );
  // The client of the store is large, and most ledgers are in a folder.
  const { openEventStore } = await import('./event-store.js');
  return openEventStore({ ...settings, eventstoreUrl }, options);
};
