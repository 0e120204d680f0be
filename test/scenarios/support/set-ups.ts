import { randomUUID } from 'node:crypto';
import { startPostgres } from '../../../infra/postgres/server';
import type { Postgres } from '../../../infra/postgres/server';
import { startEventStore } from './event-store-process';
import type { EventStore } from './event-store-process';
import { startRoleProcesses } from './role-processes';
import { startTollgate } from './tollgate-process';
import type { Tollgate, TollgateOptions } from './tollgate-process';

/** How Tollgate runs, and where it keeps its log. Each start is a ledger of its own. */
export type SetUp = { name: string; start(options: TollgateOptions): Promise<Tollgate> };

let store: Promise<Pick<EventStore, 'url'>> | undefined;
let postgres: Promise<Postgres> | undefined;
let databases = 0;

afterAll(async () => (await postgres)?.stop());

/** A real server where EVENTSTORE_URL names one, else the one for tests: one for all tests of a file. */
const sharedStore = (): Promise<Pick<EventStore, 'url'>> => {
  const url = process.env['EVENTSTORE_URL'];
  return (store ??= url === undefined ? startEventStore() : Promise.resolve({ url }));
};

/** Where a new ledger is kept in an event store. */
export const newStoreLedger = async (): Promise<NodeJS.ProcessEnv> => {
  const { url } = await sharedStore();
  return { EVENTSTORE_URL: url, EVENTSTORE_STREAM_PREFIX: `t${randomUUID().replaceAll('-', '')}-` };
};

/** For the reports of a ledger. */
export type Database = {
  url: string;
  /** What psql prints of a query: its rows, without headings. */
  ask(query: string): Promise<string>;
};

export const newDatabase = async (): Promise<Database> => {
  const server = await (postgres ??= startPostgres({ config: { fsync: 'off' } }));
  databases += 1;
  const name = `reports_${String(databases)}`;
  await server.createDatabase(name);
  return { url: server.url(name), ask: (query) => server.psql(name, ['-Atc', query]) };
};

export const setUps: SetUp[] = [
  { name: 'embedded', start: startTollgate },
  {
    name: 'EventStoreDB',
    start: async (options) => startTollgate({ ...options, environment: await newStoreLedger() }),
  },
  {
    name: 'each role a process',
    start: async (options) => {
      const [ledger, { url }] = await Promise.all([newStoreLedger(), newDatabase()]);
      return startRoleProcesses({ ...options, environment: { ...ledger, DATABASE_URL: url } });
    },
  },
];
