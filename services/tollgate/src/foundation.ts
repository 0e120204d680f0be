import type { AccountTable } from '@tollgate/account-table';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import type { Log, Readiness } from '@tollgate/service-runtime';

/** What a node stands on: the log, what is folded from it, and how far the relays are. The table has caught up with the log. */
export type Foundation = {
  log: EventLog<LogEvent>;
  table: AccountTable;
  relays: Folder;
  /** Where the ledger's tree is kept, where there is one: made when it is asked for. */
  tree(): Promise<Folder>;
  clock: () => Date;
  /** Of what is not in this process. */
  readiness: readonly Readiness[];
  /** Resolves when it is closed; rejects when it can never go on in this process. */
  done: Promise<void>;
  close(): Promise<void>;
};

export type FoundationOptions = {
  clock: () => Date;
  logger: Log;
  /** Handed what says how far the opening has come. */
  onProgress?: (tell: () => string) => void;
};
