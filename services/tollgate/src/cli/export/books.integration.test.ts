import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { directions } from '@tollgate/balance';
import { z } from 'zod';
import { readTold, removeUnpacked, unpack } from '../../../../../test/histories/history';
import { runCommand } from '../command-process.fixture';
import { balanceAccount, contraAccount } from './book-accounts';

jest.setTimeout(60_000);

/** A recorded ledger: every rule, late calls, adjustments, and 82 reversals of all three kinds. */
const history = 'file-2';
const books = resolve(__dirname, '../../../../../.cache/books/bin/python');
const reader = resolve(__dirname, '../../../../../infra/books/balances.py');
const run = promisify(execFile);

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

type Sums = Record<string, string>;

const exported = async (format: string): Promise<string> => {
  const path = join(folder, `export.${format}`);
  const ended = await runCommand(['export', '--format', format, '--data', data, '--output', path]);
  expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
  return path;
};

const output = async (program: string, parameters: string[]): Promise<string> => {
  try {
    return (await run(program, parameters, { env: { ...process.env, LC_ALL: 'C.UTF-8' } })).stdout;
  } catch (error) {
    throw new Error(`it needs Debian's hledger, and beancount and duckdb of PyPI in .cache/books: see .ci/run`, {
      cause: error,
    });
  }
};

/** What another program says, its zeros left out, since not every program prints them. */
const sumsOf = (rows: readonly (readonly [string, string, string])[]): Sums =>
  Object.fromEntries(
    rows
      .map(([name, currency, amount]) => [`${name} ${currency}`, shortest(amount)] as const)
      .filter(([, amount]) => !/^-?0$/.test(amount)),
  );

/** Sums may have more digits than an amount may, and programs write as many zeros as they like. */
const shortest = (amount: string): string =>
  amount.includes('.') ? amount.replace(/0+$/, '').replace(/\.$/, '') : amount;

const hledgerSums = async (path: string): Promise<Sums> => {
  const text = await output('hledger', ['-f', path, 'balance', '--flat', '--no-total', '-O', 'csv', '--layout=bare']);
  const cells = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map((cell) => cell.replaceAll('"', '')));
  return sumsOf(cells.map(([name = '', currency = '', amount = '']) => [name, currency, amount]));
};

const pythonSums = async (program: string, path: string): Promise<Sums> => {
  const told = z
    .record(z.string(), z.array(z.tuple([z.string(), z.string()])))
    .parse(JSON.parse(await output(books, [reader, program, path])));
  return sumsOf(
    Object.entries(told).flatMap(([name, sums]) => sums.map((sum) => [name, ...sum] as [string, string, string])),
  );
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

const minus = (amount: string): string => (amount.startsWith('-') ? amount.slice(1) : `-${amount}`);

test('hledger computes every balance and every total as clients were told', async () => {
  expect(await hledgerSums(await exported('hledger'))).toEqual(toldInBooks());
});

test('beancount computes every balance and every total as clients were told', async () => {
  expect(await pythonSums('beancount', await exported('beancount'))).toEqual(toldInBooks());
});

test.each([
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
