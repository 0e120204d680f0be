import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogEvent } from '@tollgate/contracts';
import { accountStream } from '@tollgate/contracts';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import type { MemoryEventLog } from '@tollgate/event-store/memory';
import type { Log } from '@tollgate/service-runtime';
import { ask, freshDatabase, openFresh, startPostgres, unsafe, until } from './postgres.test-support';
import type { Postgres } from './postgres.test-support';
import { rebuildReports } from './rebuild';
import { startReporting } from './reporting';
import type { Reporting } from './reporting';
import { opened, paid, recorded } from './story.fixture';

const password = 'geh/eim#?%';
const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-reporting-'));

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres({ dataDir, password, config: unsafe });
});
const restart = async (): Promise<void> => {
  postgres = await startPostgres({ dataDir, password, config: unsafe, port: postgres.port });
};

const running: Reporting[] = [];
afterEach(() => Promise.all(running.splice(0).map((reporting) => reporting.stop())));
afterAll(async () => {
  await postgres.stop();
  rmSync(dataDir, { recursive: true });
});

const told: string[] = [];
const tell = (fields: object, message: string): void => void told.push(`${message} ${JSON.stringify(fields)}`);
const logger: Log = { debug: () => undefined, info: tell, warn: tell, error: tell };

const start = (log: MemoryEventLog<LogEvent>, url: string): Reporting => {
  const reporting = startReporting({ log, url, clock: () => new Date(), logger });
  running.push(reporting);
  return reporting;
};

const payment = (id: number) => paid({ accountId: 'acme', direction: 'inbound', amount: '1', id: `p${String(id)}` });
const ledgerOf = (payments: number, ledger?: string): MemoryEventLog<LogEvent> =>
  createMemoryEventLog({
    clock: () => new Date(),
    recorded: recorded([opened('acme'), ...Array.from({ length: payments }, (_, id) => payment(id))], ledger),
  });

const payOnce = async (log: MemoryEventLog<LogEvent>): Promise<void> => {
  const revision = log.events().length - 1;
  const events = [{ ...payment(revision), eventId: `more-${String(revision)}` }].map(({ event, eventId }) => ({
    ...event,
    eventId,
  }));
  await log.append([{ stream: accountStream('acme'), expectedRevision: revision, events }]);
};

const isLevel = (log: MemoryEventLog<LogEvent>, reporting: Reporting) => (): boolean =>
  reporting.readiness().isReady &&
  reporting.lagSeconds() === 0 &&
  Number(reporting.position() ?? 0) === log.events().length;

const sums =
  'select inbound_balance::text as balance, (select count(*)::text from tollgate.entries) as entries from tollgate.accounts';
const holds = async (url: string, payments: number): Promise<void> => {
  expect(await ask(url, sums)).toEqual([{ balance: String(payments), entries: String(payments) }]);
};

test('reports that are behind catch up, are not ready meanwhile, and then follow', async () => {
  const log = ledgerOf(2_500);
  const url = await freshDatabase(postgres);
  const reporting = start(log, url);
  expect(reporting.readiness()).toMatchObject({
    isReady: false,
    detail: expect.stringContaining('no answer yet') as string,
  });
  await until(isLevel(log, reporting), 'all is in');
  expect(reporting.readiness()).toEqual({ isReady: true, detail: 'applied up to position 2501' });
  await payOnce(log);
  await until(isLevel(log, reporting), 'the next one is in');
  await holds(url, 2_501);
});

test('a database that is away, crashes or comes back holds nobody up, is told once, and nothing is lost or doubled', async () => {
  const log = ledgerOf(10);
  const url = await freshDatabase(postgres);
  const reporting = start(log, url);
  await until(isLevel(log, reporting), 'all is in');
  told.length = 0;
  // Nobody asks anything of the connection at that moment: the crash alone must not end the process, and be noticed.
  await postgres.kill();
  await until(() => !reporting.readiness().isReady, 'the crash is noticed');
  await payOnce(log);
  await until(() => reporting.readiness().detail.includes('ECONNREFUSED'), 'the reason is told');
  expect(reporting.readiness().detail).toMatch(/^applied up to position 11, behind since \d{4}-/);
  await until(() => reporting.lagSeconds() > 0.5, 'the lag grows');
  await restart();
  await until(isLevel(log, reporting), 'the reports go on');
  await holds(url, 11);
  expect(told.filter((line) => line.includes('ECONNREFUSED'))).toHaveLength(1);
  expect(told.at(-1)).toContain('reports are written again');
});

test('a database that hangs is told by its lag, and does not hold up a stop', async () => {
  const log = ledgerOf(1);
  const url = await freshDatabase(postgres);
  const reporting = start(log, url);
  await until(isLevel(log, reporting), 'all is in');
  const [{ pid } = { pid: 0 }] = await ask(
    url,
    "select pid from pg_stat_activity where application_name = 'tollgate' and datname = current_database()",
  );
  process.kill(Number(pid), 'SIGSTOP');
  await payOnce(log);
  await until(() => reporting.lagSeconds() > 0.2, 'the lag grows');
  const startedAt = performance.now();
  await reporting.stop();
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  process.kill(Number(pid), 'SIGCONT');
});

test('two that follow one ledger into one database count nothing twice', async () => {
  const log = ledgerOf(30_000);
  const url = await freshDatabase(postgres);
  const both = [start(log, url), start(log, url)];
  for (const reporting of both) await until(isLevel(log, reporting), 'all is in', 40_000);
  await holds(url, 30_000);
});

test.each([
  {
    what: 'another ledger',
    other: ledgerOf(20, 'other'),
    words: 'it holds the reports of another ledger (ledger-1; this one other-1)',
  },
  {
    what: 'a log that was replaced by an older copy',
    other: ledgerOf(9),
    words: 'go up to position 11, which this log does not have',
  },
])('reports of $what are left as they are, and what to do is said', async ({ other, words }) => {
  const url = await freshDatabase(postgres);
  const log = ledgerOf(10);
  const first = start(log, url);
  await until(isLevel(log, first), 'all is in');
  await first.stop();
  const reporting = start(other, url);
  await until(() => reporting.readiness().detail.includes(words), 'it is told');
  expect(reporting.readiness()).toMatchObject({
    isReady: false,
    detail: expect.stringContaining('tollgate reporting rebuild') as string,
  });
  await holds(url, 10);
  const groups = async function* () {
    yield await Promise.resolve(other.events());
  };
  await rebuildReports({ url, groups: groups(), replacesOthers: true, onProgress: () => undefined });
  await until(isLevel(other, reporting), 'it goes on by itself');
});

test('an older copy that has grown beyond the reports since is not taken for the same log', async () => {
  const url = await freshDatabase(postgres);
  const log = ledgerOf(10);
  const first = start(log, url);
  await until(isLevel(log, first), 'all is in');
  await payOnce(log);
  await until(isLevel(log, first), 'the last is in');
  await first.stop();
  const reporting = start(ledgerOf(20), url);
  await until(() => reporting.readiness().detail.includes('does not have as it was'), 'it is told');
  await holds(url, 11);
});

test('tables that a newer Tollgate has made are left to it', async () => {
  const { client, url, close } = await openFresh(postgres);
  await client.query("insert into tollgate.migration values ('999-newer.sql', now()::text)");
  close();
  const reporting = start(ledgerOf(1), url);
  await until(() => reporting.readiness().detail.includes('a newer Tollgate has made these tables'), 'it is told');
  expect(await ask(url, 'select * from tollgate.accounts')).toEqual([]);
});

test('no password is in what is told, whatever goes wrong', async () => {
  told.length = 0;
  const url = await freshDatabase(postgres);
  const wrong = [
    url.replace(/@/, 'x@'),
    url.replace(/reports_\d+/, 'missing'),
    url.replace('127.0.0.1', 'nowhere.invalid'),
  ];
  const details = await Promise.all(
    wrong.map(async (one) => {
      const reporting = start(ledgerOf(1), one);
      await until(() => !reporting.readiness().detail.includes('no answer yet'), 'a reason is told');
      return reporting.readiness().detail;
    }),
  );
  expect(details[0]).toContain('password authentication failed');
  expect(details[1]).toContain('does not exist');
  expect(details[2]).toContain('nowhere.invalid');
  expect([...details, ...told].join()).not.toMatch(/geh|eim/);
});
