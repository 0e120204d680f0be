import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { startImportLedger } from './import-ledger.fixture';
import type { ImportLedger } from './import-ledger.fixture';

jest.setTimeout(60_000);

let ledger: ImportLedger;
beforeEach(async () => {
  ledger = await startImportLedger();
});
afterEach(() => ledger.end());

const acme = () => ledger.client().account('acme');

const calls = (count: number): string =>
  Array.from(
    { length: count },
    (_, at) =>
      `{"usageId":"u${String(at)}","accountId":"acme","direction":"inbound","amount":"0.01","currency":"EUR","durationSeconds":1.50}\n`,
  ).join('');

test('a file is recorded once, and again it is all duplicates', async () => {
  const file = await ledger.write('calls.ndjson', calls(250));
  expect(await ledger.run('import', file, '--batch', '100')).toMatchObject({
    code: 0,
    stdout: '250 recorded, 0 duplicates, 0 rejected\n',
  });
  const before = await acme();
  expect(before.balances.inbound).toBe('-2.5');
  expect(await ledger.run('import', file)).toMatchObject({
    code: 0,
    stdout: '0 recorded, 250 duplicates, 0 rejected\n',
  });
  expect(await acme()).toEqual(before);
});

test('a stray quote refused the whole file; it is told by its line, and mended, the rest is recorded', async () => {
  const rows = ['paymentId,accountId,direction,amount,currency', 'p1,acme,inbound,1,EUR', 'p2,acme,inbound,2,EUR'];
  const text = [...rows, 'p3,acme,in"bound,4,EUR', 'p4,acme,inbound,8,EUR', ''].join('\n');
  const { code, stdout } = await ledger.run('import', await ledger.write('payments.csv', text));
  expect([code, stdout]).toEqual([
    1,
    expect.stringMatching(/^3 recorded, .* 1 rejected\nline 4: INVALID_REQUEST a quote/),
  ]);
  const mended = await ledger.run('import', await ledger.write('payments.csv', text.replace('"', '')));
  expect([mended.code, mended.stdout]).toEqual([0, '1 recorded, 3 duplicates, 0 rejected\n']);
  expect((await acme()).balances.inbound).toBe('15');
});

test('cells are separated by a tab in a file named .tsv, or where --delimiter says so', async () => {
  const text = 'paymentId\taccountId\tdirection\tamount\tcurrency\np1\tacme\tinbound\t1\tEUR\n';
  expect((await ledger.run('import', await ledger.write('payments.tsv', text))).stdout).toMatch(/^1 recorded/);
  const again = await ledger.run('import', await ledger.write('payments.csv', text), '--delimiter', '\\t');
  expect(again.stdout).toMatch(/^0 recorded, 1 duplicates/);
});

test('a server that goes away in the middle is waited for, and every record counts once', async () => {
  const count = 3_000;
  const file = await ledger.write('calls.ndjson', calls(count));
  const importing = ledger.begin('import', file, '--batch', '20');
  await importing.until(async () => (await acme()).revision > 100);
  await ledger.stop();
  await importing.until(() => Promise.resolve(importing.stderr().includes('trying again')));
  await ledger.startAgain();
  expect(await importing.ended).toBe(0);
  const [, recorded = '', duplicates = ''] =
    /^([\d,]+) recorded, ([\d,]+) duplicates, 0 rejected\n$/.exec(importing.stdout()) ?? [];
  expect(Number(recorded.replace(',', '')) + Number(duplicates)).toBe(count);
  const { revision, position } = await acme();
  expect(revision).toBe(count);
  expect((await ledger.client().account('acme', { minPosition: position })).totals.inbound.usage).toBe('30');
});

test('an import whose server stays away did not say to run it again; it does, with what was sent, and that is safe', async () => {
  const count = 3_000;
  const file = await ledger.write('calls.ndjson', calls(count));
  const importing = ledger.begin('import', file, '--batch', '20', '--wait', '1');
  await importing.until(async () => (await acme()).revision > 100);
  await ledger.stop();
  expect(await importing.ended).toBe(1);
  const [, sent = ''] = /^([\d,]+) recorded, 0 duplicates, 0 rejected\n$/.exec(importing.stdout()) ?? [];
  expect(importing.stderr()).toContain(
    `gave up after 1 s, with at least ${sent} records sent. Run it again when Tollgate answers: ids count once`,
  );
  expect(importing.stderr()).not.toContain('100 %');
  await ledger.startAgain();
  expect((await ledger.run('import', file)).code).toBe(0);
  expect((await acme()).revision).toBe(count);
});

test('Ctrl-C ended an import without a word; it says how far it came, that the rejects are not all, and how to go on', async () => {
  const count = 3_000;
  const rejects = ledger.path('rejects.ndjson');
  const file = await ledger.write('calls.ndjson', `{"usageId":"u"}\n${calls(count)}`);
  const importing = ledger.begin('import', file, '--batch', '20', '--rejects', rejects);
  await importing.until(async () => (await acme()).revision > 100);
  // As under npm: from the terminal, and from npm.
  importing.signal('SIGINT');
  importing.signal('SIGINT');
  expect(await importing.ended).toBe(130);
  const [, recorded = ''] = /^([\d,]+) recorded, 0 duplicates, 1 rejected\n/.exec(importing.stdout()) ?? [];
  const sent = Number(recorded.replace(',', '')) + 1;
  expect(sent).toBeLessThan(count);
  expect(importing.stdout()).toContain(`The rejects in ${rejects} are not all: they are those of the records`);
  expect(importing.stderr()).toContain(
    `interrupted by SIGINT, with at least ${sent.toLocaleString('en')} records sent. Run it again, with a new name for --rejects: ids count once`,
  );
  expect(await readFile(rejects, 'utf8')).toBe('{"usageId":"u"}\n');
  expect((await ledger.run('import', file)).stdout).toMatch(/ 1 rejected\n/);
  expect((await acme()).revision).toBe(count);
});

test('Ctrl-C ends an import also while nothing answers', async () => {
  const file = await ledger.write('calls.ndjson', calls(3_000));
  const importing = ledger.begin('import', file, '--batch', '20');
  await importing.until(async () => (await acme()).revision > 100);
  await ledger.stop();
  await importing.until(() => Promise.resolve(importing.stderr().includes('trying again')));
  importing.signal('SIGINT');
  expect(await importing.ended).toBe(130);
  expect(importing.stderr()).toContain('Run it again: ids count once');
  await ledger.startAgain();
});

test('a file that is missing or a folder is refused by its name, with what is expected, and keeps no rejects', async () => {
  const rejects = ledger.path('rejects.ndjson');
  const faults = [
    [ledger.path('absent.csv'), 'does not exist'],
    [ledger.path(''), 'is a folder'],
    ['', 'does not exist'],
  ] as const;
  for (const [path, fault] of faults)
    expect(await ledger.run('import', path, '--rejects', rejects)).toEqual({
      code: 2,
      stdout: '',
      stderr: `tollgate: ${path || 'the file'} ${fault}: give a file of records, JSON lines or CSV, or - for standard input\n`,
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
  const file = await ledger.write('payments of may.csv', [header, ...rows, ''].join('\n'));
  await ledger.run('import', file, '--batch', '3');
  await ledger.run('import', await ledger.write('calls.ndjson', `\n${calls(2)}`));
  const history = await fetch(`${ledger.url()}/v1/accounts/acme/history?after=0`);
  const { items } = (await history.json()) as { items: { by: { channel: { http: string }; claimed: object } }[] };
  expect(items.map(({ by }) => by.claimed)).toEqual([
    ...[2, 5, 7].map((line) => ({ file: 'payments of may.csv', line })),
    ...[2, 3].map((line) => ({ file: 'calls.ndjson', line })),
  ]);
  const requests = items.map(({ by }) => by.channel.http);
  expect([new Set(requests).size, requests[0] === requests[1]]).toEqual([3, true]);
});

test('a file without a size, as a pipe is, is read to its end', async () => {
  const pipe = ledger.path('pipe');
  spawnSync('sh', ['-c', 'mkfifo "$1"', 'sh', pipe]);
  const [imported] = await Promise.all([ledger.run('import', pipe), writeFile(pipe, calls(3))]);
  expect(imported.stdout).toBe('3 recorded, 0 duplicates, 0 rejected\n');
});

test('what cannot be imported as a whole says why and records nothing', async () => {
  const file = await ledger.write('calls.csv', 'usageId;amount\nu1;1\n');
  expect(await ledger.run('import', file)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--delimiter') as unknown,
  });
  expect(await ledger.run('import')).toMatchObject({ code: 2 });
  expect((await acme()).revision).toBe(0);
});
