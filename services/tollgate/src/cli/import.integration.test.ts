import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@tollgate/service-runtime';
import { startLedgerNode } from '../ledger-node';
import type { LedgerNode } from '../ledger-node';
import { readSettings } from '../settings';
import { runCommand, startCommand } from './command-process.fixture';
import { createClient } from './tollgate-client';

jest.setTimeout(60_000);

let folder: string;
let node: LedgerNode;
const start = (port: string): Promise<LedgerNode> =>
  startLedgerNode(readSettings({ data: join(folder, 'data'), port }, {}), createLog('silent'));
const write = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};
const tollgate = (...parameters: string[]) => runCommand([...parameters, '--url', node.url]);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-cli-'));
  node = await start('0');
  await createClient(node.url).openAccount({ accountId: 'acme', currency: 'EUR', cutoff: { balances: ['inbound'] } });
});
afterEach(async () => {
  await node.stop();
  await rm(folder, { recursive: true, force: true });
});

const calls = (count: number): string =>
  Array.from(
    { length: count },
    (_, at) =>
      `{"usageId":"u${String(at)}","accountId":"acme","direction":"inbound","amount":"0.01","currency":"EUR","durationSeconds":1.50}\n`,
  ).join('');

test('a file is recorded once, and again it is all duplicates', async () => {
  const file = await write('calls.ndjson', calls(250));
  expect(await tollgate('import', file, '--batch', '100')).toMatchObject({
    code: 0,
    stdout: '250 recorded, 0 duplicates, 0 rejected\n',
  });
  const before = await createClient(node.url).account('acme');
  expect(before.balances.inbound).toBe('-2.5');
  expect(await tollgate('import', file)).toMatchObject({
    code: 0,
    stdout: '0 recorded, 250 duplicates, 0 rejected\n',
  });
  expect(await createClient(node.url).account('acme')).toEqual(before);
});

test('rejects are never kept in place of a file that is there, the input least of all', async () => {
  const file = await write('calls.ndjson', calls(2));
  for (const rejects of [file, await write('rejects.ndjson', 'of an earlier run')]) {
    const before = await readFile(rejects, 'utf8');
    const { code, stderr } = await tollgate('import', file, '--rejects', rejects);
    expect(code).toBe(1);
    expect(stderr).toContain(`${rejects} exists already: give --rejects the name of a new file`);
    expect(await readFile(rejects, 'utf8')).toBe(before);
  }
});

test('a fault in a CSV file is told by its line; mended, the file is imported whole', async () => {
  const rows = ['paymentId,accountId,direction,amount,currency', 'p1,acme,inbound,1,EUR', 'p2,acme,inbound,2,EUR'];
  const file = await write('payments.csv', [...rows, 'p3,acme,in"bound,4,EUR', 'p4,acme,inbound,8,EUR', ''].join('\n'));
  const { code, stderr } = await tollgate('import', file);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/the file is not CSV: .*line 4\s*$/)]);
  await writeFile(file, (await readFile(file, 'utf8')).replace('"', ''));
  expect((await tollgate('import', file)).stdout).toContain('0 rejected');
  expect((await createClient(node.url).account('acme')).balances.inbound).toBe('15');
});

test('cells are separated by a tab in a file named .tsv, or where --delimiter says so', async () => {
  const text = 'paymentId\taccountId\tdirection\tamount\tcurrency\np1\tacme\tinbound\t1\tEUR\n';
  expect((await tollgate('import', await write('payments.tsv', text))).stdout).toMatch(/^1 recorded/);
  const again = await tollgate('import', await write('payments.csv', text), '--delimiter', '\\t');
  expect(again.stdout).toMatch(/^0 recorded, 1 duplicates/);
});

test('rejects are reported by line and kept, and can be mended and imported', async () => {
  const file = await write(
    'payments.csv',
    [
      'paymentId,accountId,direction,amount,currency,reference',
      'p1,acme,inbound,10,EUR,first',
      'p2,acme,inbound,1e3,EUR,',
      'p3,acme,inbound,5,USD,',
      'p4,acme,inbound,5',
      'p1,acme,inbound,11,EUR,first',
    ].join('\n'),
  );
  const rejects = join(folder, 'rejects.ndjson');
  const { code, stdout } = await tollgate('import', file, '--rejects', rejects);
  expect(code).toBe(1);
  expect(stdout.split('\n')).toEqual([
    '1 recorded, 0 duplicates, 4 rejected',
    expect.stringMatching(/^line 3: INVALID_REQUEST amount: /),
    expect.stringMatching(/^line 4: CURRENCY_MISMATCH /),
    expect.stringMatching(/^line 5: INVALID_REQUEST the row has 4 cells, the first row 6/),
    expect.stringMatching(/^line 6: ID_CONFLICT /),
    `All rejects are in ${rejects}`,
    '',
  ]);
  const kept = (await readFile(rejects, 'utf8')).trimEnd().split('\n');
  expect(kept.map((line): unknown => JSON.parse(line))).toEqual([
    expect.objectContaining({
      line: 3,
      code: 'INVALID_REQUEST',
      record: expect.objectContaining({ paymentId: 'p2' }) as unknown,
    }),
    expect.objectContaining({ line: 4, code: 'CURRENCY_MISMATCH' }),
    expect.objectContaining({ line: 5 }),
    expect.objectContaining({ line: 6, existing: expect.objectContaining({ amount: '10' }) as unknown }),
  ]);
  const mended = await write(
    'mended.ndjson',
    `${(/"record":(.*)}$/.exec(kept[0] ?? '')?.[1] ?? '').replace('1e3', '1000')}\n`,
  );
  expect((await tollgate('import', mended)).stdout).toBe('1 recorded, 0 duplicates, 0 rejected\n');
});

test('where rejects cannot be kept, it ends and says what was recorded and how to go on', async () => {
  const records = Array.from(
    { length: 3_000 },
    (_, index) => `p${String(index)},acme,inbound,${index % 2 ? '1' : 'x'},EUR`,
  );
  const file = await write('many.csv', ['paymentId,accountId,direction,amount,currency', ...records].join('\n'));
  const rejects = join(folder, 'cut.ndjson');
  const { code, stdout, stderr } = await runCommand(['import', file, '--rejects', rejects, '--url', node.url], {
    fileBlocks: 8,
  });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^[\d,]+ recorded, 0 duplicates, [\d,]+ rejected\n/);
  expect(stdout).not.toContain('All rejects are in');
  expect(stderr).toContain(`tollgate: ${rejects} cannot be written: EFBIG`);
  expect(stderr).toContain('Import again with --rejects and a new file: what was recorded is found a duplicate');
  const again = await tollgate('import', file, '--rejects', join(folder, 'whole.ndjson'));
  expect(again.stdout).toMatch(/1,500 rejected\n/);
  expect((await createClient(node.url).account('acme')).balances.inbound).toBe('1500');
});

test('a server that goes away in the middle is waited for, and every record counts once', async () => {
  const count = 3_000;
  const file = await write('calls.ndjson', calls(count));
  const importing = startCommand(['import', file, '--batch', '20', '--url', node.url]);
  await importing.until(async () => (await createClient(node.url).account('acme')).revision > 100);
  await node.stop();
  await importing.until(() => Promise.resolve(importing.stderr().includes('trying again')));
  node = await start(new URL(node.url).port);
  expect(await importing.ended).toBe(0);
  const [, recorded = '', duplicates = ''] =
    /^([\d,]+) recorded, ([\d,]+) duplicates, 0 rejected\n$/.exec(importing.stdout()) ?? [];
  expect(Number(recorded.replace(',', '')) + Number(duplicates)).toBe(count);
  const { revision, position } = await createClient(node.url).account('acme');
  expect(revision).toBe(count);
  expect((await createClient(node.url).account('acme', position)).totals.inbound.usage).toBe('30');
});

test('a file that is missing or a folder is refused by its name, with what is expected, and keeps no rejects', async () => {
  const rejects = join(folder, 'rejects.ndjson');
  const faults = [
    [join(folder, 'absent.csv'), 'does not exist'],
    [folder, 'is a folder'],
    ['', 'does not exist'],
  ] as const;
  for (const [path, fault] of faults)
    expect(await tollgate('import', path, '--rejects', rejects)).toEqual({
      code: 2,
      stdout: '',
      stderr: `tollgate: ${path || 'the file'} ${fault}: give a file of payments or usage, JSON lines or CSV, or - for standard input\n`,
    });
  await expect(readFile(rejects)).rejects.toThrow('ENOENT');
});

test('each event names the file and the line that its record begins on, wherever batches part the file', async () => {
  const header = 'paymentId,accountId,direction,amount,currency,reference';
  const rows = [
    'p1,acme,inbound,1,EUR,"two\nlines"',
    '',
    'p2,acme,inbound,1,EUR,x',
    'p3,acme',
    'p4,acme,inbound,1,EUR,x',
  ];
  const file = await write('payments of may.csv', [header, ...rows].join('\n'));
  await tollgate('import', file, '--batch', '3');
  await tollgate('import', await write('calls.ndjson', `\n${calls(2)}`));
  const history = await fetch(`${node.url}/v1/accounts/acme/history?after=0`);
  const { items } = (await history.json()) as { items: { by: { channel: { http: string }; claimed: object } }[] };
  expect(items.map(({ by }) => by.claimed)).toEqual([
    ...[2, 5, 7].map((line) => ({ file: 'payments of may.csv', line })),
    ...[2, 3].map((line) => ({ file: 'calls.ndjson', line })),
  ]);
  const requests = items.map(({ by }) => by.channel.http);
  expect([new Set(requests).size, requests[0] === requests[1]]).toEqual([3, true]);
});

test('a file with nothing in it, such as an hour without calls, records nothing', async () => {
  const imported = await tollgate('import', await write('empty.ndjson', ''));
  expect([imported.code, imported.stdout]).toEqual([0, '0 recorded, 0 duplicates, 0 rejected\n']);
});

test('a file without a size, as a pipe is, is read to its end', async () => {
  const pipe = join(folder, 'pipe');
  spawnSync('sh', ['-c', 'mkfifo "$1"', 'sh', pipe]);
  const [imported] = await Promise.all([tollgate('import', pipe), writeFile(pipe, calls(3))]);
  expect(imported.stdout).toBe('3 recorded, 0 duplicates, 0 rejected\n');
});

test('what cannot be imported as a whole says why and records nothing', async () => {
  const file = await write('calls.csv', 'usageId;amount\nu1;1\n');
  expect(await tollgate('import', file)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--delimiter') as unknown,
  });
  expect(await tollgate('import')).toMatchObject({ code: 2 });
  expect((await createClient(node.url).account('acme')).revision).toBe(0);
});
