import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { get, openPrepaid, postBatch, put } from './support/api';
import { createDataFolder, spawnTollgate, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';

const about = { accountId: 'acme', direction: 'inbound', currency: 'EUR' };
const payment = (paymentId: string, amount: string): object => ({ kind: 'payment', paymentId, ...about, amount });
const usage = (usageId: string, amount: string): object => ({ kind: 'usage', usageId, ...about, amount });

let folder: string;
let data: string;
let tollgate: Tollgate;
let exported: string;

beforeAll(async () => {
  folder = await createDataFolder();
  data = await createDataFolder();
  tollgate = await startTollgate({ data });
  await openPrepaid(tollgate.url, ['acme', 'zenith']);
  // Their decisions stand before what follows.
  await until('both are blocked', async () => {
    const { body } = await get(tollgate.url, '/v1/traffic-control');
    return (body['items'] as unknown[]).length === 2 ? true : undefined;
  });
  await postBatch(tollgate.url, [
    ...[payment('p-1', '100'), usage('u-1', '1.50'), usage('u-2', '2'), usage('u-3', '3')],
    {
      kind: 'reversal',
      reversalId: 'r-1',
      accountId: 'acme',
      of: { kind: 'usage', id: 'u-3' },
      reason: 'x',
      actor: 'a',
    },
  ]);
  exported = join(folder, 'export.ndjson');
  expect((await command('export', '--output', exported)).code).toBe(0);
});
afterAll(async () => {
  await tollgate.stop();
});

const command = async (...args: string[]): Promise<{ code: number | null; output: string }> => {
  const { exited, output } = spawnTollgate(args, { TOLLGATE_DATA: data });
  return { code: (await exited).code, output: output() };
};
/** Of the log, an export, and a Tollgate that runs: all say the same. */
const everywhere = async (...args: string[]): Promise<{ code: number | null; output: string }> => {
  const told = await command('audit', ...args);
  expect(await command('audit', ...args, exported)).toEqual(told);
  expect(await command('audit', ...args, '--url', tollgate.url)).toEqual(told);
  return told;
};
const list = async (name: string, ...lines: string[]): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
};

describe('tollgate audit ids', () => {
  it('finds every id of a list, and ends with 0', async () => {
    const shared = await list('ids.txt', 'u-1', 'p-1', 'r-1');
    expect(await everywhere('ids', '--shared', shared)).toEqual({
      code: 0,
      output: '3 ids: 3 are as the ledger has them, 0 differ, 0 are not in it.\n',
    });
  });

  it('says which are missing, which differ and in what, and ends with 1', async () => {
    const shared = await list(
      'calls.csv',
      'Usage ID,Account_ID,Direction,Amount,Currency,Remark',
      'u-1,acme,inbound,1.5,EUR,ours',
      'u-2,acme,outbound,2.01,EUR,',
      'u-3,acme,inbound,3,EUR,',
      'u-4,acme,inbound,3,EUR,',
      'p-1,acme,,100,,',
    );
    expect(await everywhere('ids', '--shared', shared)).toEqual({
      code: 1,
      output: [
        '  line 3: u-2 differs: direction outbound, and the ledger has inbound, amount 2.01, and the ledger has 2',
        '  line 4: u-3 differs: the ledger took it back with reversal r-1',
        '  line 5: u-4 is not in the ledger',
        '  line 6: p-1 differs: kind usage, and the ledger has payment',
        '5 ids: 1 are as the ledger has them, 3 differ, 1 are not in it.',
        '',
      ].join('\n'),
    });
  });

  it.each([
    [['--shared', 'nowhere.csv'], 'nowhere.csv does not exist'],
    [[], "required option '--shared <file>' not specified"],
  ])('%j ends with 2 and says why', async (flags, why) => {
    expect(await command('audit', 'ids', ...flags)).toEqual({
      code: 2,
      output: expect.stringContaining(why) as string,
    });
  });

  it('let an id of the list take its own finding off the screen', async () => {
    const shared = await list('hiding.txt', 'u-1', 'u-9\u001b[2K\u202e');
    expect(await command('audit', 'ids', '--shared', shared)).toEqual({
      code: 1,
      output: expect.stringContaining('  line 2: u-9\ufffd[2K\ufffd is not in the ledger\n') as string,
    });
  });

  it('used to take the lines of a list that ; separates for ids, which no ledger has', async () => {
    const rows = ['usageId;amount', 'u-1;1.50', 'u-2;2.5'];
    const shared = await list('semicolons.csv', ...rows);
    expect(await command('audit', 'ids', '--shared', shared)).toEqual({
      code: 2,
      output: "tollgate: line 1: it names columns if they are separated so: --delimiter ';'\n",
    });
    const differs = {
      code: 1,
      output: expect.stringContaining('line 3: u-2 differs: amount 2.5, and the ledger has 2\n2 ids: 1 are') as string,
    };
    expect(await everywhere('ids', '--shared', shared, '--delimiter', ';')).toEqual(differs);
    const tabs = await list('tabs.tsv', ...rows.map((row) => row.replace(';', '\t')));
    expect(await command('audit', 'ids', '--shared', tabs)).toEqual(differs);
  });

  it('refuses rows under no heading', async () => {
    const shared = await list('unnamed.csv', 'u-1,acme', 'u-2,acme');
    expect(await command('audit', 'ids', '--shared', shared)).toEqual({
      code: 2,
      output: expect.stringContaining('line 1: a row above must name the columns') as string,
    });
  });
});

describe('tollgate audit diff', () => {
  it('shows what came between two places of the log, the same wherever it is read', async () => {
    // Opened and blocked are acme and zenith; then come the payment, which unblocks, and the calls.
    const { code, output } = await everywhere('diff', '5', '7');
    expect(code).toBe(1);
    expect(output).toMatch(/\nacme +inbound +EUR +100 +0 +3\.5 +0 +96\.5\n/);
    expect(output).toMatch(/\n {2}acme has changed\n1 difference in 2 events of accounts\.\n$/);
    expect(output).not.toContain('zenith');
  });

  it('shows a rule that changed, and which account was opened', async () => {
    const before = await command('audit', 'diff', '0', '4');
    expect(before.output).toMatch(/besides, of acme: AccountOpened\nbesides, of zenith: AccountOpened\n/);
    const from = new Date().toISOString();
    await put(tollgate.url, '/v1/accounts/zenith/cutoff', { balances: [] });
    expect(await command('audit', 'diff', from, '2126-01-01T00:00:00Z')).toEqual({
      code: 1,
      output: expect.stringMatching(/zenith +inbound +EUR +0 .*\n[^]*besides, of zenith: CutoffChanged\n/) as string,
    });
  });

  it('ends with 0 where nothing changed, and with 2 where the ends are turned or none', async () => {
    expect(await everywhere('diff', '2126-01-01T00:00:00Z', '2126-01-02T00:00:00Z')).toEqual({
      code: 0,
      output: '0 differences in 0 events of accounts.\n',
    });
    expect(await command('audit', 'diff', '7', '5')).toEqual({
      code: 2,
      output: expect.stringContaining('say the earlier one first') as string,
    });
    expect((await command('audit', 'diff', 'monday', '5')).code).toBe(2);
  });
});
