import type { FastifyInstance } from 'fastify';
import type { AccountTable } from '@tollgate/account-table';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import type { Log, Readiness, Registry } from '@tollgate/service-runtime';
import type { Foundation, SharedLog } from '../foundation';
import type { KafkaConnection } from '../kafka-connection';
import type { Settings } from '../settings';

/** What a role is started with: the same for all roles of a process. */
export type Ground = {
  settings: Settings;
  log: EventLog<LogEvent>;
  /** Whether this process is writing to it. */
  isAppending(): boolean;
  /** Absent where no other process may stand on the log. */
  shared: SharedLog | undefined;
  /** Caught up with the log when the process started. */
  table: AccountTable;
  relays: Folder;
  tree: Foundation['tree'];
  past: Foundation['past'];
  /** Absent without brokers, and where no role of the process speaks to them. */
  kafka: KafkaConnection | undefined;
  clock: () => Date;
  logger: Log;
};

/** A role at work in this process. */
export type Part = {
  readiness: readonly Readiness[];
  addRoutes?(server: FastifyInstance): void;
  observe?(registers: Registry[]): void;
  /** Rejects when it cannot go on. */
  failed?: Promise<never>;
  /** Takes nothing new. */
  stopTaking?(): Promise<void>;
  /** Finishes what was taken. */
  stop?(): Promise<void>;
};

/** Of what runs until it is stopped, its failure alone. */
export const failureOf = (done: Promise<void>): Promise<never> => done.then(() => new Promise<never>(() => undefined));
