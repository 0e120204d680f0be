import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startPostgres } from '../../infra/postgres/server';
import type { Postgres } from '../../infra/postgres/server';
import { stories } from './business-stories';
import { get, openPrepaid, post, put, readAll, send } from './support/api';
import type { Fields } from './support/api';
import { bodyOf, pathOf } from './support/story';
import { createDataFolder, spawnTollgate, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { startLoad } from './support/traffic-load';
import { until } from './support/until';
import { lastPosition, readWholeState } from './support/whole-state';

const root = resolve(__dirname, '../..');
const password = 'gehe1m';
const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-reports-'));
const options = { dataDir, password, config: { fsync: 'off' } };

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres(options);
});
afterAll(async () => {
  await postgres.stop();
  rmSync(dataDir, { recursive: true });
});

const startReporting = async (database: string, data: string): Promise<Tollgate> =>
  startTollgate({ data, environment: { DATABASE_URL: postgres.url(database) } });

const metric = async (url: string, name: string): Promise<number> => {
  const { text } = await send(url, { method: 'GET', path: '/metrics' });
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
};

/** Waits until all that is in the log is in the reports. */
const untilReported = (url: string): Promise<true> =>
  until('the reports are level with the log', async () => {
    const last = await lastPosition(url);
    return (await metric(url, 'tollgate_reporting_position')) === last && last === (await lastPosition(url));
  });

const accountsQuery = `select json_agg(json_build_object(
  'accountId', account_id, 'revision', revision, 'currency', currency,
  'balances', json_build_object('inbound', inbound_balance::text, 'outbound', outbound_balance::text, 'mutual', mutual_balance::text),
  'totals', json_build_object(
    'inbound', json_build_object('payments', inbound_payments::text, 'usage', inbound_usage::text, 'adjustments', inbound_adjustments::text),
    'outbound', json_build_object('payments', outbound_payments::text, 'usage', outbound_usage::text, 'adjustments', outbound_adjustments::text)),
  'cutoff', json_build_object('balances', cutoff_balances, 'mutualFormula', mutual_formula, 'creditLimits',
    json_build_object('inbound', inbound_limit::text, 'outbound', outbound_limit::text, 'mutual', mutual_limit::text))
) order by account_id) from tollgate.accounts`;

/** Where each account's statement ends, for those that anything has moved. */
const statementsQuery = `select json_object_agg(account_id, ending) from (
  select distinct on (account_id) account_id, json_build_object('inbound', inbound_balance::text,
    'outbound', outbound_balance::text, 'mutual', mutual_balance::text) as ending
  from tollgate.statement order by account_id, revision desc) as last`;

const decisionsQuery = `select json_agg(account_id || ' ' || sequence || ' ' || direction || ' ' || state order by account_id, sequence) from tollgate.traffic_decisions`;
const entriesQuery = `select json_agg(account_id || ' ' || revision || ' ' || kind || ' ' || id order by account_id, revision) from tollgate.entries`;

const ask = async <Result>(database: string, query: string): Promise<Result> =>
  JSON.parse(await postgres.psql(database, ['-Atc', query])) as Result;

const kinds = {
  PaymentRecorded: 'payment',
  UsageCharged: 'usage',
  BalanceAdjusted: 'adjustment',
  EntryReversed: 'reversal',
};

/** Compares the reports with everything that HTTP shows. */
const expectSameReports = async (database: string, url: string): Promise<void> => {
  const { accounts, histories, commands } = await readWholeState(url);
  await untilReported(url);
  const known = accounts.map(({ accountId, revision, currency, balances, totals, cutoff }) => {
    return { accountId, revision, currency, balances, totals, cutoff } as Fields;
  });
  expect(await ask(database, accountsQuery)).toEqual(known);
  const entries = accounts.flatMap(({ accountId }, index) =>
    (histories[index] ?? []).flatMap(({ type, revision, data }) => {
      const kind = kinds[type as keyof typeof kinds] as string | undefined;
      const id = kind && (data as Fields)[`${kind}Id`];
      return kind === undefined ? [] : [`${accountId as string} ${JSON.stringify(revision)} ${kind} ${id as string}`];
    }),
  );
  expect(await ask(database, entriesQuery)).toEqual(entries);
  const decisions = commands.map(({ command: { accountId, sequence, direction, type } }) => {
    return {
      accountId,
      sequence,
      text: `${accountId} ${String(sequence)} ${direction} ${type === 'BlockTraffic' ? 'blocked' : 'open'}`,
    };
  });
  const inOrder = decisions.sort((one, other) =>
    one.accountId === other.accountId ? one.sequence - other.sequence : one.accountId < other.accountId ? -1 : 1,
  );
  expect(await ask(database, decisionsQuery)).toEqual(inOrder.map(({ text }) => text));
  const endings = await ask<Record<string, unknown>>(database, statementsQuery);
  const moved = known.filter(({ accountId }) => endings[accountId as string] !== undefined);
  expect(moved.map(({ accountId }) => endings[accountId as string])).toEqual(moved.map(({ balances }) => balances));
};

const rebuild = async (data: string, url?: string, ...flags: string[]) => {
  const command = spawnTollgate(['reporting', 'rebuild', '--data', data, ...flags], url ? { DATABASE_URL: url } : {});
  const { code } = await command.exited;
  return { code, output: command.output() };
};

test('every story of the business gives the same balances, decisions and statements in SQL as over HTTP, and so does a rebuild', async () => {
  await postgres.createDatabase('business');
  const tollgate = await startReporting('business', await createDataFolder());
  for (const [index, { rows }] of stories.entries())
    for (const [row, [step]] of rows.entries()) {
      const accountId = `partner-${String(index).padStart(2, '0')}`;
      const body = bodyOf(step, accountId, row);
      if (step.does === 'rule') await put(tollgate.url, `/v1/accounts/${accountId}/cutoff`, body);
      else await post(tollgate.url, pathOf[step.does], body);
    }
  await expectSameReports('business', tollgate.url);

  expect(await rebuild(tollgate.data, postgres.url('business'))).toEqual({
    code: 0,
    output: expect.stringMatching(/made anew from [\d,]+ events, up to position \d+/) as string,
  });
  await openPrepaid(tollgate.url, ['zz-after-the-rebuild']);
  await expectSameReports('business', tollgate.url);
  await tollgate.stop();
});

test('Tollgate killed, then the database crashed, in the middle of traffic: Tollgate goes on, and nothing is missing or doubled in the reports', async () => {
  await postgres.createDatabase('killed');
  const accounts = ['acme', 'globex', 'initech'];
  const data = await createDataFolder();
  const first = await startReporting('killed', data);
  await openPrepaid(first.url, accounts);
  const load = startLoad(first.url, accounts);
  await until('some of it is reported', async () => (await metric(first.url, 'tollgate_reporting_position')) > 300);
  await first.kill();
  await load.ended();

  const second = await startReporting('killed', data);
  const more = startLoad(second.url, accounts, load.next());
  await until('some more', () => more.acknowledged.length > 300);
  await postgres.kill();
  const seen = more.acknowledged.length;
  await until('payments and calls are recorded all the same', () => more.acknowledged.length > seen + 300);
  const { status, body } = await until('it is told', async () => {
    const answer = await get(second.url, '/readyz');
    return JSON.stringify(answer.body).includes('ECONNREFUSED') && answer;
  });
  expect([status, body['status']]).toEqual([200, 'ready']);
  expect(body['parts']).toContainEqual(expect.objectContaining({ name: 'reporting', isReady: false }));
  expect(await metric(second.url, 'tollgate_reporting_ready')).toBe(0);
  postgres = await startPostgres({ ...options, port: postgres.port });
  await more.ended();
  await expectSameReports('killed', second.url);
  expect((await second.stop()).code).toBe(0);
  expect(second.output() + JSON.stringify(body)).not.toContain(password);
});

test('a rebuild that cannot be says why, with no password, and leaves the reports as they were', async () => {
  await postgres.createDatabase('refused');
  const url = postgres.url('refused');
  const ledgers = [await createDataFolder(), await createDataFolder()];
  for (const data of ledgers) {
    const tollgate = await startTollgate({ data });
    await openPrepaid(tollgate.url, ['acme']);
    await tollgate.stop();
  }
  const [mine = '', other = ''] = ledgers;
  expect((await rebuild(mine, url)).code).toBe(0);
  const refusals = [
    await rebuild(mine),
    await rebuild(other, url),
    await rebuild(mine, postgres.url('refused', `${password}x`)),
    await rebuild(mine, url.replace(/:\d+\//, ':1/')),
  ];
  expect(refusals.map(({ code }) => code)).toEqual([2, 2, 1, 1]);
  const reasons = ['DATABASE_URL: needed', '--yes replaces them', 'password authentication failed', 'ECONNREFUSED'];
  for (const [index, reason] of reasons.entries()) expect(refusals[index]?.output).toContain(reason);
  expect(refusals.map(({ output }) => output).join()).not.toContain(password);
  expect((await rebuild(other, url, '--yes')).code).toBe(0);
});

/** The column is as wide as the interval, which has fewer digits where they end in zeros. */
const withoutInterval = (table: string): string =>
  table
    .replace(/00:0\d:\S+/g, '')
    .replace(/ +/g, ' ')
    .replace(/-{2,}/g, '--');

test('the example of the README prints a statement and who is blocked, for a reader too', async () => {
  await postgres.createDatabase('readme');
  const tollgate = await startReporting('readme', await createDataFolder());
  await openPrepaid(tollgate.url, ['acme']);
  const entry = { accountId: 'acme', direction: 'inbound', currency: 'EUR' };
  await post(tollgate.url, '/v1/payments', { ...entry, paymentId: 'p-1', amount: '100' });
  await post(tollgate.url, '/v1/usage', { ...entry, usageId: 'cdr-1', amount: '100.5' });
  await readAll(tollgate.url, '/v1/accounts?minPosition=4');
  await untilReported(tollgate.url);
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const section = readme.slice(readme.indexOf('### With PostgreSQL'), readme.indexOf('## The rules'));
  const [, ask = '', reader = ''] = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  const run = (script: string, database: string): string => {
    const env = { ...process.env, DATABASE_URL: database };
    const { stdout, stderr } = spawnSync('bash', ['-ec', script], { cwd: root, encoding: 'utf8', env });
    return stdout + stderr;
  };
  const url = postgres.url('readme');
  const printed = run(ask, url);
  expect(printed).toMatch(/payment +\| p-1 +\| +100 \| +100\n +usage +\| cdr-1 +\| -100.5 \| +-0.5\n/);
  expect(printed).toMatch(/acme +\| inbound +\| \{inbound\} +\| 00:0/);
  run(reader, url);
  await postgres.psql('readme', ['-c', `create role ann login password '${password}' in role tollgate_reader`]);
  expect(withoutInterval(run(ask, url.replace('//tollgate:', '//ann:')))).toBe(withoutInterval(printed));
  await tollgate.stop();
});
