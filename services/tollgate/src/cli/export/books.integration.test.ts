import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directions } from '@tollgate/balance';
import { z } from 'zod';
import { hledgerSums, minus, pythonSums, sumsOf } from '../../../../../infra/books/sums';
import type { Sums } from '../../../../../infra/books/sums';
import { readTold, removeUnpacked, unpack } from '../../../../../test/histories/history';
import { runCommand } from '../command-process.fixture';
import { balanceAccount, contraAccount } from './book-accounts';

jest.setTimeout(60_000);

/** A recorded ledger: every rule, late calls, adjustments, and 82 reversals of all three kinds. */
const history = 'file-2';

let folder: string;
let data: string;
let accounts: z.infer<typeof accountsTold>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-books-'));
  data = await unpack(history);
  accounts = accountsTold.parse((await readTold(history)).after.accounts);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await removeUnpacked();
});

const totals = z.object({ payments: z.string(), usage: z.string(), adjustments: z.string() });
const byDirection = <Schema extends z.ZodType>(schema: Schema) => z.object({ inbound: schema, outbound: schema });
const accountsTold = z.array(
  z.object({
    accountId: z.string(),
    currency: z.string(),
    balances: byDirection(z.string()),
    totals: byDirection(totals),
  }),
);

const exported = async (format: string): Promise<string> => {
  const path = join(folder, `export.${format}`);
  const ended = await runCommand(['export', '--format', format, '--data', data, '--output', path]);
  expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
  return path;
};

/** What clients were told before: balances with their signs, each kind on the other side. */
const toldInBooks = (): Sums =>
  sumsOf(
    accounts.flatMap(({ accountId, currency, balances, totals: told }) =>
      directions.flatMap((direction): [string, string, string][] => [
        [balanceAccount(accountId, direction), currency, balances[direction]],
        [contraAccount(accountId, direction, 'payment'), currency, minus(told[direction].payments)],
        [contraAccount(accountId, direction, 'usage'), currency, told[direction].usage],
        [contraAccount(accountId, direction, 'adjustment'), currency, minus(told[direction].adjustments)],
      ]),
    ),
  );

test('hledger computes every balance and every total as clients were told', async () => {
  expect(await hledgerSums(await exported('hledger'))).toEqual(toldInBooks());
});

test('beancount computes every balance and every total as clients were told', async () => {
  expect(await pythonSums('beancount', await exported('beancount'))).toEqual(toldInBooks());
});

test.each<[name: string, format: string, program: 'duckdb' | 'parquet']>([
  ['CSV', 'csv', 'duckdb'],
  ['Parquet', 'parquet', 'parquet'],
])('DuckDB sums the effects of the %s to every balance that clients were told', async (_name, format, program) => {
  const told = accounts.flatMap(({ accountId, currency, balances }) =>
    directions.map((direction): [string, string, string] => [
      `${accountId}/${direction}`,
      currency,
      balances[direction],
    ]),
  );
  expect(await pythonSums(program, await exported(format))).toEqual(sumsOf(told));
});

test('Parquet without a file to write it into is refused', async () => {
  expect(await runCommand(['export', '--format', 'parquet', '--data', data])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('say into which file with --output') as string,
  });
});
