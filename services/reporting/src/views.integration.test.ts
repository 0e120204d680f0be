import { join } from 'node:path';
import { ask, openFresh, startPostgres, unsafe } from './postgres.test-support';
import type { Postgres } from './postgres.test-support';
import { adjusted, called, opened, paid, recorded, reversed, turned } from './story.fixture';
import { writeBatch } from './write-batch';

let postgres: Postgres;
let url: string;

const acme = { accountId: 'acme', direction: 'inbound' } as const;
const globex = { accountId: 'globex', direction: 'outbound' } as const;
const call = { callId: 'c1', startedAt: '2026-01-30T23:59:59.9999999Z', durationSeconds: 60 };
const german = { ...call, attributes: { prefix: '49' } };
const french = { ...call, startedAt: '2026-01-31T08:00:00Z', attributes: { prefix: '33' } };

const story = [
  opened('acme'),
  opened('globex', { cutoff: { balances: [], mutualFormula: 'inbound-minus-outbound' } }),
  opened('initech', { currency: 'USD' }),
  paid({ ...acme, id: 'p1', amount: '100' }),
  called({ ...acme, ...german, id: 'u1', amount: '0.30' }),
  called({ ...globex, ...german, id: 'u2', amount: '0.2999999999' }),
  called({ ...acme, ...french, callId: 'c2', id: 'u3', amount: '7' }),
  called({ ...globex, ...french, accountId: 'initech', currency: 'USD', callId: 'c2', id: 'u4', amount: '5' }),
  called({ ...acme, ...german, callId: 'c3', id: 'u5', amount: '9' }),
  reversed({ ...acme, kind: 'usage', id: 'u5', amount: '9' }),
  called({ ...acme, id: 'u6', amount: '1' }),
  called({ ...acme, id: 'u7', amount: '2' }),
  adjusted({ ...globex, id: 'a1', amount: '-1' }),
  turned('blocked', { ...acme, sequence: 1, at: 0 }),
  turned('blocked', { accountId: 'acme', direction: 'outbound', sequence: 2, at: 5 }),
  turned('open', { ...acme, sequence: 3, at: 30 }),
  turned('blocked', { ...acme, sequence: 4, at: 40 }),
];

beforeAll(async () => {
  postgres = await startPostgres({ config: unsafe });
  const database = await openFresh(postgres);
  await writeBatch(database, undefined, recorded(story));
  database.close();
  url = database.url;
});
afterAll(() => postgres.stop());

const lines = async (query: string): Promise<string[]> =>
  (await ask(url, query)).map((row) => Object.values(row).map(String).join(' '));

test('a statement shows what moved an account, line by line, with its balances after each', async () => {
  const statement = (accountId: string): Promise<string[]> =>
    lines(
      `select kind, id, effect, inbound_balance, outbound_balance, mutual_balance from tollgate.statement
      where account_id = '${accountId}' order by revision`,
    );
  expect(await statement('acme')).toEqual([
    'payment p1 100 100 0 -100',
    'usage u1 -0.30 99.7 0 -99.7',
    'usage u3 -7 92.7 0 -92.7',
    'usage u5 -9 83.7 0 -83.7',
    'reversal not-usage-u5 9 92.7 0 -92.7',
    'usage u6 -1 91.7 0 -91.7',
    'usage u7 -2 89.7 0 -89.7',
  ]);
  expect(await statement('globex')).toEqual([
    'usage u2 -0.2999999999 0 -0.2999999999 0.2999999999',
    'adjustment a1 -1 0 -1.2999999999 1.2999999999',
  ]);
});

test('destinations rank by what they come to on a day; what was reversed is no call', async () => {
  expect(
    await lines(
      `select day::text, direction, currency, prefix, calls, seconds, amount, rank from tollgate.top_destinations
      order by day, direction, currency, rank`,
    ),
  ).toEqual([
    '2026-01-30 inbound EUR 49 1 60 0.3 1',
    '2026-01-30 outbound EUR 49 1 60 0.2999999999 1',
    '2026-01-31 inbound EUR 33 1 60 7 1',
    '2026-01-31 outbound USD 33 1 60 5 1',
    '2026-02-01 inbound EUR null 2 null 3 1',
  ]);
});

test('who was blocked, from when to when, and how long; who still is, until now', async () => {
  expect(
    await lines(
      `select account_id, direction, to_char(blocked_at at time zone 'UTC', 'HH24:MI'), extract(epoch from lasted)::int
      from tollgate.blocked_periods where opened_at is not null`,
    ),
  ).toEqual(['acme inbound 12:00 1800']);
  expect(
    await lines(
      `select direction, exhausted, lasted > interval '1 hour' from tollgate.blocked_periods
      where opened_at is null order by blocked_at`,
    ),
  ).toEqual(['outbound outbound true', 'inbound inbound true']);
});

test('the margin of a call is what its originator pays less what its terminator is paid, in one currency, else unmatched', async () => {
  expect(
    await lines(
      `select call_id, currency, originators, terminators, margin, status from tollgate.margin
      order by call_id, currency, inbound`,
    ),
  ).toEqual([
    'c1 EUR acme globex 0.0000000001 matched',
    'c2 EUR acme null null unmatched',
    'c2 USD null initech null unmatched',
    'null EUR acme null null unmatched',
    'null EUR acme null null unmatched',
  ]);
});

test('the role that reads may read every table and view, and change none', async () => {
  const database = new URL(url).pathname.slice(1);
  const reader = join(__dirname, '../reader.sql');
  await postgres.psql(database, ['-f', reader]);
  await postgres.psql(database, ['-f', reader]);
  await postgres.psql(database, ['-c', 'create role ann login in role tollgate_reader']);
  const asAnn = url.replace('tollgate@', 'ann@');
  const names = await ask(
    url,
    "select table_name as name from information_schema.tables where table_schema = 'tollgate'",
  );
  for (const { name } of names) await ask(asAnn, `select * from tollgate.${String(name)} limit 1`);
  expect(names.length).toBeGreaterThan(10);
  await expect(ask(asAnn, 'delete from tollgate.entries')).rejects.toThrow('permission denied for table entries');
  await expect(ask(asAnn, 'create table tollgate.mine (one int)')).rejects.toThrow('permission denied for schema');
});
