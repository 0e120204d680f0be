import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openAccountTable } from '@tollgate/account-table';
import type { AccountTable, AccountTableOptions } from '@tollgate/account-table';
import { storedEvents, streamPrefixes } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { openFileEventLog } from '@tollgate/event-store-file';
import type { FileEventLog, FileEventLogOptions } from '@tollgate/event-store-file';
import { lockFolder, makeFolder, openFolder } from '@tollgate/folder';
import type { Folder } from '@tollgate/folder';
import type { Log } from '@tollgate/service-runtime';
import { oldFormatIn } from './cli/upgrade-source';
import { SettingsError } from './settings';
import { foldersOf, requireFolder, unfinishedRestoreIn } from './folders';

/** What a node stands on: the log, what is folded from it, and how far the relays are. One process has it at a time. */
export type DataFolder = {
  log: FileEventLog<LogEvent>;
  table: AccountTable;
  relays: Folder;
  clock: () => Date;
  close(): Promise<void>;
};

/** Folders a data folder is made of; all but `log` may be empty. */
export type Folders = { log: Folder; accountTable: Folder; relays: Folder };

type Options = {
  clock: () => Date;
  logger: Log;
  onReplay?: (place: number, last: number) => void;
  /** How often files are begun, unless as they are made for a machine. */
  log?: Pick<FileEventLogOptions<LogEvent>, 'segmentBytes' | 'turn'>;
  table?: Pick<AccountTableOptions, 'snapshotEvents' | 'ids'>;
};

/** Opens the log and folds what the account table has not kept. Throws, with what to do, if that is not safe. */
export const openData = async (
  { log: logFolder, accountTable, relays }: Folders,
  { clock, logger, onReplay, log: logOptions, table: tableOptions }: Options,
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
    ...(onReplay && { onReplay }),
  });
  const close = async (): Promise<void> => {
    await log.close();
    await table.close();
  };
  return { log, table, relays, clock, close };
};

/** The data folder of this machine, locked against any other process. */
export const openDataFolder = async (data: string, options: Options): Promise<DataFolder> => {
  requireFolder(data);
  const paths = foldersOf(data);
  if (oldFormatIn(data))
    throw new Error(
      `${data} holds a log of an earlier format: run "tollgate upgrade ${data}" once; it writes a new log beside the old one, which stays as it is`,
    );
  const unfinished = unfinishedRestoreIn(data);
  if (unfinished !== undefined) throw new SettingsError(unfinished);
  await probe(data);
  const lock = await lockFolder(paths.lock);
  try {
    const folders: Folders = {
      log: await openFolder(paths.log),
      accountTable: await openFolder(paths.accountTable),
      relays: await openFolder(paths.relays),
    };
    const opened = await openData(folders, options);
    const close = async (): Promise<void> => {
      await opened.close();
      await lock.release();
    };
    return { ...opened, close };
  } catch (error) {
    await lock.release();
    throw error;
  }
};

/** Less room than this, and the data folder is not opened at all. */
const probeBytes = 1 << 20;

/** Throws, with what to do, if the data folder cannot be written. */
const probe = async (data: string): Promise<void> => {
  const file = join(data, 'probe');
  try {
    await makeFolder(data);
    await writeFile(file, Buffer.alloc(probeBytes), { flush: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingsError(
      `the data folder ${data} cannot be written (${reason}): make room or give it to this user, or choose another with --data`,
      { cause: error },
    );
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
};
