import type { AccountTable } from '@tollgate/account-table';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import type { Log } from '@tollgate/service-runtime';
import { startKeeper } from './keeper';
import { openKeptRecords } from './kept-records';
import { createPast } from './past';
import type { Past } from './past';

type Parts = {
  log: EventLog<LogEvent>;
  table: AccountTable;
  /** Of what is kept to look at the past fast: derived. */
  folder: Folder;
  /** Whether records wait for the log: then what is kept waits too. */
  isBusy(): boolean;
  logger: Log;
};

/** Accounts as they were, with what is kept of long ones growing beside. */
export const openPast = ({ folder, ...parts }: Parts): { past: Past; stop(): Promise<void> } => {
  const kept = openKeptRecords({ folder, ...parts });
  const { stop } = startKeeper({ ...parts, kept });
  return { past: createPast(parts.log, kept), stop };
};
