import { recordedIn } from '../command-comparison';
import type { Recorded } from '../command-comparison';
import type { SharedLog } from '../foundation';
import { openStoreLog } from '../event-store';
import { foldersOf, storeFoldersOf } from '../folders';
import type { Settings } from '../settings';
import { openLogReader, recordedBy } from './open-log-reader';
import { hasLog } from './upgrade-source';

/** A log to be looked at beside whoever writes it. */
export type LogSource = {
  /** Every event of the streams whose names begin so, up to the last durable one. */
  recorded(prefix: string): Recorded;
  /** How many there are; absent where nobody counts them. */
  count(): Promise<number | undefined>;
  /** Where the relays of this machine keep how far they are. */
  relays: string;
  /** Absent where only one process may publish from it. */
  shared?: SharedLog;
  close(): Promise<void>;
};

/** The log of these settings: in the data folder where that has one, else in the store. */
export const openLogSource = async ({ data, eventstoreUrl, ...settings }: Settings): Promise<LogSource> => {
  if (eventstoreUrl === undefined || hasLog(data))
    return {
      recorded: (prefix) => recordedUnder(data, prefix),
      count: () => countIn(data),
      relays: foldersOf(data).relays,
      close: () => Promise.resolve(),
    };
  const log = await openStoreLog({ ...settings, eventstoreUrl });
  return {
    recorded: (prefix) => recordedIn(log, prefix),
    count: () => Promise.resolve(undefined),
    relays: storeFoldersOf(data, log.seed).relays,
    shared: log,
    close: log.close,
  };
};

/** From the files of the log. */
const recordedUnder = async function* (data: string, prefix: string): Recorded {
  const reader = await openLogReader(data);
  try {
    for await (const events of recordedBy(reader)) yield events.filter(({ stream }) => stream.startsWith(prefix));
  } finally {
    reader.close();
  }
};

const countIn = async (data: string): Promise<number> => {
  const reader = await openLogReader(data);
  reader.close();
  return reader.end;
};
