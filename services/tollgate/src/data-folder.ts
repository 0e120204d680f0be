import { openAccountTable } from '@tollgate/account-table';
import type { AccountTableOptions } from '@tollgate/account-table';
import { storedEvents, streamPrefixes } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { openFileEventLog } from '@tollgate/event-store-file';
import type { FileEventLog, FileEventLogOptions } from '@tollgate/event-store-file';
import { openFolder } from '@tollgate/folder';
import type { Folder } from '@tollgate/folder';
import { oldFormatIn } from './cli/upgrade-source';
import { SettingsError } from './settings';
import { foldersOf, requireFolder, unfinishedIn } from './folders';
import type { Foundation, FoundationOptions } from './foundation';
import { openLocked } from './locked-data';

/** The log in files, and what else a node stands on. One process has it at a time. */
export type DataFolder = Omit<Foundation, 'tree' | 'past'> & { log: FileEventLog<LogEvent> };

/** Folders a data folder is made of; all but `log` may be empty. */
export type Folders = { log: Folder; accountTable: Folder; relays: Folder };

type Options = FoundationOptions & {
  /** How often files are begun, unless as they are made for a machine. */
  log?: Pick<FileEventLogOptions<LogEvent>, 'segmentBytes' | 'turn'>;
  table?: Pick<AccountTableOptions, 'snapshotEvents' | 'ids' | 'switches'>;
};

/** Opens the log and folds what the account table has not kept. Throws, with what to do, if that is not safe. */
export const openData = async (
  { log: logFolder, accountTable, relays }: Folders,
  { clock, logger, onProgress, log: logOptions, table: tableOptions }: Options,
): Promise<DataFolder> => {
  const onWarning = (message: string, facts: object): void => {
    logger.warn(facts, message);
  };
  const table = openAccountTable({ folder: accountTable, onWarning, ...tableOptions });
  const log = await openFileEventLog<LogEvent>({
    folder: logFolder,
    index: table,
    codec: storedEvents,
    streamClasses: Object.values(streamPrefixes),
    clock,
    onWarning,
    ...logOptions,
    onReplay: (place, last) => {
      onProgress?.(() => `${String(place)} of ${String(last)} events are folded`);
    },
  });
  const close = async (): Promise<void> => {
    await log.close();
    await table.close();
  };
  return { log, table, relays, clock, readiness: [], done: log.done, close };
};

/** The data folder of this machine, locked against any other process. */
export const openDataFolder = async (
  data: string,
  options: Options,
): Promise<DataFolder & Pick<Foundation, 'tree' | 'past'>> => {
  requireFolder(data);
  const paths = foldersOf(data);
  if (oldFormatIn(data))
    throw new Error(
      `${data} holds a log of an earlier format: run "tollgate upgrade ${data}" once; it writes a new log beside the old one, which stays as it is`,
    );
  const unfinished = unfinishedIn(data);
  if (unfinished !== undefined) throw new SettingsError(unfinished);
  return openLocked(data, async () => ({
    ...(await openData(
      {
        log: await openFolder(paths.log),
        accountTable: await openFolder(paths.accountTable),
        relays: await openFolder(paths.relays),
      },
      options,
    )),
    tree: () => openFolder(paths.tree),
    past: () => openFolder(paths.past),
  }));
};
