import { readFile, readdir } from 'node:fs/promises';
import { runCommand } from '../command-process.fixture';
import { startImportLedger } from './import-ledger.fixture';
import type { ImportLedger } from './import-ledger.fixture';

jest.setTimeout(60_000);

let ledger: ImportLedger;
beforeEach(async () => {
  ledger = await startImportLedger();
});
afterEach(() => ledger.end());

const headings = 'paymentId,accountId,direction,amount,currency,reference';
const inbound = async (): Promise<string> => (await ledger.client().account('acme')).balances.inbound;

test('rejects were JSON that finance could not mend; they are the rows as they stood, and are imported again', async () => {
  const leading = ['\uFEFF"Payments, May"', 'Payment ID,accountId,direction,amount,currency,reference'];
  const rows = [
    'p1,acme,inbound,10,EUR,"first, ""one"""',
    'p2,acme,inbound,1e3,EUR,"two',
    'lines"',
    'p3,acme,inbound,5,USD,',
    'p4,acme,inbound,5',
    'p1,acme,inbound,11,EUR,',
  ];
  const file = await ledger.write('payments.csv', [...leading, ...rows, ''].join('\r\n'));
  const rejects = ledger.path('rejects.csv');
  const { code, stdout } = await ledger.run('import', file, '--rejects', rejects);
  expect(code).toBe(1);
  expect(stdout.split('\n')).toEqual([
    '1 recorded, 0 duplicates, 4 rejected',
    expect.stringMatching(/^line 4: INVALID_REQUEST amount: /),
    expect.stringMatching(/^line 6: CURRENCY_MISMATCH /),
    expect.stringMatching(/^line 7: INVALID_REQUEST the row has 4 cells, the row of headings 6/),
    expect.stringMatching(/^line 8: ID_CONFLICT /),
    'The fields are named by line 2; the rows above it were passed over',
    `All rejects are in ${rejects} as they stood, the reasons in ${rejects}.reasons.ndjson: mend the first and import it`,
    '',
  ]);
  expect(await readFile(rejects, 'utf8')).toBe([...leading, ...rows.slice(1), ''].join('\r\n'));
  const reasons = (await readFile(`${rejects}.reasons.ndjson`, 'utf8')).trimEnd().split('\n');
  expect(reasons.map((line) => Object.keys(JSON.parse(line) as object))).toEqual(
    Array(4).fill(['line', 'code', 'detail']),
  );
  expect(reasons.map((line) => (JSON.parse(line) as { line: number }).line)).toEqual([4, 6, 7, 8]);
  const mended = (await readFile(rejects, 'utf8')).replace('1e3', '1000').replace('5,USD', '5,EUR');
  const again = await ledger.run('import', await ledger.write('mended.csv', mended));
  expect(again.stdout).toMatch(/^2 recorded, 0 duplicates, 2 rejected\n/);
  expect(await inbound()).toBe('1015');
  const [, second] = await ledger.history();
  expect(second).toMatchObject({
    data: { reference: 'two\r\nlines' },
    by: { claimed: { file: 'mended.csv', line: 3 } },
  });
});

test('rejects of JSON lines and of carriage returns can be imported again as well', async () => {
  const lines = ['{"paymentId":"p1","accountId":"acme"}', 'no JSON', ''];
  const rejects = ledger.path('rejects.ndjson');
  await ledger.run('import', await ledger.write('p.ndjson', lines.join('\r\n')), '--rejects', rejects);
  expect(await readFile(rejects, 'utf8')).toBe(lines.join('\r\n'));
  const rows = [headings, 'p2,acme,inbound,x,EUR,"a\nb"', 'p3,acme,inbound,1,EUR,', 'p4,acme,inbound,x,EUR,'];
  const file = await ledger.write('p.csv', Buffer.from(`\uFEFF${rows.join('\r')}`, 'utf16le'));
  await ledger.run('import', file, '--last-row', '--rejects', ledger.path('rejects.csv'));
  expect(await readFile(ledger.path('rejects.csv'), 'utf8')).toBe(
    `\uFEFF${rows[0] ?? ''}\r${rows[1] ?? ''}\r${rows[3] ?? ''}\r`,
  );
  const mended = (await readFile(ledger.path('rejects.csv'), 'utf8')).replaceAll(',x,', ',2,');
  expect((await ledger.run('import', await ledger.write('mended.csv', mended))).stdout).toMatch(/^2 recorded/);
});

test('where nothing was rejected a file was made, empty; now there is none', async () => {
  const file = await ledger.write('p.csv', `${headings}\np1,acme,inbound,1,EUR,=1+1\n`);
  const { code, stdout } = await ledger.run('import', file, '--rejects', ledger.path('rejects.csv'));
  expect([code, stdout]).toEqual([0, '1 recorded, 0 duplicates, 0 rejected\n']);
  expect((await readdir(ledger.path('.'))).sort()).toEqual(['data', 'p.csv']);
});

test('a cell that a spreadsheet would run was kept without a word; it is warned of, and a number dialled is not', async () => {
  const run = (rows: string[], name: string) =>
    ledger
      .write(`${name}.csv`, `${[headings, ...rows].join('\n')}\n`)
      .then((file) => ledger.run('import', file, '--rejects', ledger.path(`${name}-rejects.csv`)));
  const harmless = await run(['p1,acme,inbound,x,EUR,+49 (30) 123-4'], 'harmless');
  expect(harmless.stdout).not.toContain('warning');
  const formula = await run(['p1,acme,inbound,x,EUR,fine', "p2,acme,inbound,x,EUR,=cmd|'/C calc'!A0"], 'formula');
  expect(formula.stdout).toContain(
    `warning: a spreadsheet would run a cell of ${ledger.path('formula-rejects.csv')} as a formula (line 3: reference`,
  );
});

test('rejects are never kept in place of a file that is there, the input least of all, and never where no file can be', async () => {
  const file = await ledger.write('p.csv', `${headings}\np1,acme,inbound,1,EUR,\n`);
  await ledger.write('old.csv', 'of an earlier run');
  await ledger.write('new.csv.reasons.ndjson', 'of an earlier run');
  const refused = [
    [file, `${file} exists already: give --rejects the name of a new file`],
    [ledger.path('old.csv'), 'old.csv exists already'],
    [ledger.path('new.csv'), 'new.csv.reasons.ndjson exists already'],
    [ledger.path('absent/new.csv'), `--rejects: no file can be made in ${ledger.path('absent')}`],
  ] as const;
  for (const [rejects, why] of refused) {
    const { code, stderr } = await ledger.run('import', file, '--rejects', rejects);
    expect([code, stderr]).toEqual([1, expect.stringContaining(why)]);
  }
  expect(await ledger.history()).toEqual([]);
  expect(await readFile(ledger.path('old.csv'), 'utf8')).toBe('of an earlier run');
});

test('where the files of rejects cannot be begun, it ends at the first of them and says how to go on', async () => {
  const file = await ledger.write('p.csv', `${headings}\np1,acme,inbound,1,EUR,\np2,acme,inbound,x,EUR,\n`);
  // The reasons' name is longer than a name may be.
  const rejects = ledger.path(`${'r'.repeat(245)}.csv`);
  const { code, stdout, stderr } = await ledger.run('import', file, '--rejects', rejects);
  expect([code, stdout]).toEqual([1, expect.stringMatching(/^1 recorded, 0 duplicates, 1 rejected\n/)]);
  expect(stdout).not.toContain('rejects in');
  expect(stderr).toContain(`${rejects}.reasons.ndjson cannot be written: ENAMETOOLONG`);
  expect(stderr).toContain('Import again with --rejects and a new file: what was recorded is found a duplicate');
});

test('where rejects cannot be kept, it ends and says what was recorded and how to go on', async () => {
  const records = Array.from(
    { length: 3_000 },
    (_, index) => `p${String(index)},acme,inbound,${index % 2 ? '1' : 'x'},EUR,\n`,
  );
  const file = await ledger.write('many.csv', `${headings}\n${records.join('')}`);
  const rejects = ledger.path('cut.csv');
  const { code, stdout, stderr } = await runCommand(['import', file, '--rejects', rejects, '--url', ledger.url()], {
    fileBlocks: 8,
  });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^[\d,]+ recorded, 0 duplicates, [\d,]+ rejected\n/);
  expect(stdout).not.toContain('All rejects are in');
  expect(stderr).toMatch(/cut\.csv(\.reasons\.ndjson)? cannot be written: EFBIG/);
  expect(stderr).toContain('Import again with --rejects and a new file: what was recorded is found a duplicate');
  const again = await ledger.run('import', file, '--rejects', ledger.path('whole.csv'));
  expect(again.stdout).toMatch(/1,500 rejected\n/);
  expect(await inbound()).toBe('1500');
});
