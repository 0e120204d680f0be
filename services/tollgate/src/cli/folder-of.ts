import { SettingsError, readSettings } from '../settings';

/** The data folder a command is about. Where the log is in an event store and no folder is named, it says what to do `instead`. */
export const folderOf = ({ data: given }: { data?: string }, instead: string): string => {
  const { data, eventstoreUrl } = readSettings(given === undefined ? {} : { data: given }, process.env);
  if (eventstoreUrl !== undefined && given === undefined)
    throw new SettingsError(`EVENTSTORE_URL: the log is in an event store: ${instead}; a folder is named with --data`);
  return data;
};
