import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogEvent } from '@tollgate/contracts';
import { accountStream } from '@tollgate/contracts';
import { LogUnavailable } from '@tollgate/event-store';
import type { EventLog } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import type { MemoryEventLog } from '@tollgate/event-store/memory';
import type { Log } from '@tollgate/service-runtime';
import { readCheckpoint } from './checkpoint';
import { answered, connect } from './database';
import type { Database } from './database';
import { ask, freshDatabase, openFresh, startPostgres, unsafe, until } from './postgres.test-support';
import type { Postgres } from './postgres.test-support';
import { startReporting } from './reporting';
import type { Reporting } from './reporting';
import { opened, paid, recorded } from './story.fixture';
import { writeBatch } from './write-batch';

const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-reporting-'));
const running: Reporting[] = [];
const told: string[] = [];
const tell = (fields: object, message: string): void => void told.push(`${message} ${JSON.stringify(fields)}`);
const logger: Log = { debug: () => undefined, info: tell, warn: tell, error: tell };

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres({ dataDir, config: unsafe });
});
afterEach(() => Promise.all(running.splice(0).map((reporting) => reporting.stop())));
afterAll(async () => {
  await postgres.stop();
  rmSync(dataDir, { recursive: true });
});

const start = (log: EventLog<LogEvent>, url: string): Reporting => {
  const reporting = startReporting({ log, url, clock: () => new Date(), logger });
  running.push(reporting);
  return reporting;
};

const payment = (id: number) => paid({ accountId: 'acme', direction: 'inbound', amount: '1', id: `p${String(id)}` });
const ledger = (): MemoryEventLog<LogEvent> =>
  createMemoryEventLog({ clock: () => new Date(), recorded: recorded([opened('acme'), payment(0)]) });
const payOnce = async (log: MemoryEventLog<LogEvent>): Promise<void> => {
  const revision = log.events().length - 1;
  const events = [{ ...payment(revision).event, eventId: `more-${String(revision)}` }];
  await log.append([{ stream: accountStream('acme'), expectedRevision: revision, events }]);
};
const isLevel = (log: MemoryEventLog<LogEvent>, reporting: Reporting) => (): boolean =>
  reporting.readiness().isReady && Number(reporting.position() ?? 0) === log.events().length;
const entries = 'select count(*)::int as entries from tollgate.entries';

test('of two processes the one that was overtaken was not ready for as long as there was something to write', async () => {
  const log = ledger();
  const url = await freshDatabase(postgres);
  const both = [start(log, url), start(log, url)];
  for (const reporting of both) await until(isLevel(log, reporting), 'all is in');
  told.length = 0;
  const details = new Set<string>();
  const isUnready = new Set<string>();
  for (const end = Date.now() + 4_000; Date.now() < end;) {
    await payOnce(log);
    for (const { isReady, detail } of both.map((reporting) => reporting.readiness())) {
      details.add(detail.replace(/\d+/g, ''));
      if (!isReady) isUnready.add(detail);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect([...isUnready]).toEqual([]);
  expect([...details].join()).toContain('stands by: another process writes them');
  expect(told).toEqual([]);
  for (const reporting of both) await until(isLevel(log, reporting), 'all is in');
  expect(await ask(url, entries)).toEqual([{ entries: log.events().length - 1 }]);
});

/** Its process is paused when it has moved the checkpoint. */
const pausedIn = (database: Database): Database => {
  const query = database.client.query.bind(database.client) as (...given: unknown[]) => unknown;
  const client = new Proxy(database.client, {
    get: (target, name) =>
      name === 'query'
        ? (...given: unknown[]) =>
            /^(begin|update)/.test(String(given[0])) ? query(...given) : new Promise(() => undefined)
        : (Reflect.get(target, name) as unknown),
  });
  return { ...database, client };
};

test('a process that was paused in the middle of a batch held all others up for as long as it was', async () => {
  const log = ledger();
  const { url, ...database } = await openFresh(postgres);
  void writeBatch(pausedIn(database), undefined, log.events().slice(0, 1));
  const holds = `select count(*)::int as locks from pg_locks where relation = 'tollgate.checkpoint'::regclass`;
  await until(async () => JSON.stringify(await ask(url, holds)) !== '[{"locks":0}]', 'the checkpoint is locked');
  const other = start(log, url);
  await until(isLevel(log, other), 'the other one goes on', 30_000);
  expect(await ask(url, entries)).toEqual([{ entries: 1 }]);
});

test('a database that is silent is given up, and said to be', async () => {
  const { url, ...opened } = await openFresh(postgres);
  const database = await connect(url);
  const [{ pid } = { pid: 0 }] = (await database.client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows;
  process.kill(pid, 'SIGSTOP');
  await expect(answered(database, () => readCheckpoint(database), 100)).rejects.toThrow(
    'it has not answered for 0.1 s',
  );
  process.kill(pid, 'SIGCONT');
  opened.close();
});

test('a log that is away was said to be PostgreSQL that cannot be written', async () => {
  told.length = 0;
  const away = new LogUnavailable('the store is away');
  const log: EventLog<LogEvent> = {
    ...ledger(),
    subscribe: () => {
      throw away;
    },
  };
  const reporting = start(log, await freshDatabase(postgres));
  await until(() => reporting.readiness().detail.includes('the store is away'), 'it is told');
  expect(told).toEqual([expect.stringContaining('reports cannot follow the log')]);
});
