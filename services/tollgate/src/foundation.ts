import type { AccountTable } from '@tollgate/account-table';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import type { Log, Readiness } from '@tollgate/service-runtime';

/** A log that several processes may stand on. */
export type SharedLog = {
  /** The id of its ledger, also of a copy of it. */
  ledger: string;
  /** Of this log alone: a copy has another one, and other positions. */
  seed: Uint8Array;
};

/** What a node stands on: the log, what is folded from it, and how far the relays are. The table has caught up with the log. */
export type Foundation = {
  log: EventLog<LogEvent>;
  /** Absent where this process is the only one that may stand on it. */
  shared?: SharedLog;
  table: AccountTable;
  relays: Folder;
  /** Where the ledger's tree is kept, where there is one: made when it is asked for. */
  tree(): Promise<Folder>;
  /** What is kept to look at accounts as they were, likewise. */
  past(): Promise<Folder>;
  clock: () => Date;
  /** Of what is not in this process. */
  readiness: readonly Readiness[];
  /** Resolves when it is closed; rejects when it can never go on in this process. */
  done: Promise<void>;
  /** Whoever waits for what is not in this process waits no longer: for a stop that would last as long as that is away. */
  giveUp?(): void;
  close(): Promise<void>;
};

export type FoundationOptions = {
  clock: () => Date;
  logger: Log;
  /** Handed what says how far the opening has come. */
  onProgress?: (tell: () => string) => void;
  /** A log that does not answer is not waited for: the opening rejects with why. */
  isImpatient?: true;
};
