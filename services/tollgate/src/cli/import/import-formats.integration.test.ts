import { gzipSync } from 'node:zlib';
import { startImportLedger } from './import-ledger.fixture';
import type { ImportLedger } from './import-ledger.fixture';

jest.setTimeout(60_000);

let ledger: ImportLedger;
beforeEach(async () => {
  ledger = await startImportLedger();
});
afterEach(() => ledger.end());

const headings = 'usageId,accountId,direction,amount,currency,callee';
const call = (id: string, amount = '1', callee = '+4930123'): string => `${id},acme,inbound,${amount},EUR,${callee}`;
const ended = (...rows: string[]): string => rows.map((row) => `${row}\n`).join('');

const inbound = async (): Promise<string> => (await ledger.client().account('acme')).balances.inbound;

describe('a file of which half may be missing', () => {
  test('had 1 charged for 17.25; the last row is held back, told, and sent with --last-row', async () => {
    const whole = ended(headings, call('u1', '2'), 'u2,acme,inbound,17.25,EUR,');
    const cut = await ledger.write('calls.csv', `${whole.slice(0, whole.indexOf('7.25'))},EUR,`);
    const { code, stdout } = await ledger.run('import', cut);
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^1 recorded, 0 duplicates, 0 rejected\nline 3 was held back and not sent.*--last-row/),
    ]);
    expect(await inbound()).toBe('-2');
    await ledger.write('calls.csv', whole);
    expect(await ledger.run('import', cut)).toMatchObject({
      code: 0,
      stdout: '1 recorded, 1 duplicates, 0 rejected\n',
    });
    expect(await inbound()).toBe('-19.25');
    const known = await ledger.write('known.csv', ended(headings) + call('u3', '4'));
    expect((await ledger.run('import', known, '--last-row')).code).toBe(0);
    expect(await inbound()).toBe('-23.25');
  });

  test('is told also where only the headings have come, or a packed file ends too soon', async () => {
    const onlyHeadings = await ledger.run('import', await ledger.write('a.csv', headings));
    expect([onlyHeadings.code, onlyHeadings.stdout]).toEqual([1, expect.stringContaining('line 1 was held back')]);
    const packed = gzipSync(ended(headings, call('u1')));
    const cut = await ledger.run('import', await ledger.write('b.csv.gz', packed.subarray(0, packed.length - 9)));
    expect([cut.code, cut.stderr]).toEqual([1, expect.stringContaining('damaged or was cut short')]);
    expect(await ledger.history()).toEqual([]);
  });

  test('had "1 recorded" and exit code 0, and lost what stands behind a zero byte in a gzip file', async () => {
    const parts = [gzipSync(ended(headings, call('u1'))), Buffer.alloc(16), gzipSync(ended(call('u3')))];
    const { code, stderr } = await ledger.run('import', await ledger.write('a.csv.gz', Buffer.concat(parts)));
    expect([code, stderr]).toEqual([1, expect.stringContaining('bytes follow the end of the packed data (gzip)')]);
  });
});

describe('files as other programs write them', () => {
  const reports = ended(
    'Calls of May,,,,,',
    ',,,,,',
    headings,
    call('u1'),
    '',
    call('u2', '1', '"two\nlines"'),
    call('u3'),
  );
  const utf16 = Buffer.from(`\uFEFF${reports}`, 'utf16le');
  test.each([
    ['UTF-16', 'calls.csv', utf16],
    ['UTF-16, the big end first', 'calls.csv', Buffer.from(utf16).swap16()],
    ['carriage returns', 'calls.csv', Buffer.from(reports.replaceAll('\n', '\r'))],
    ['gzip', 'calls.csv.gz', gzipSync(reports)],
    ['gzip under another name', 'calls.csv', gzipSync(utf16)],
  ])('%s: was refused; each record is read, and has its line below a title', async (_what, name, bytes) => {
    const { code, stdout } = await ledger.run('import', await ledger.write(name, bytes), '--batch', '2');
    expect([code, stdout]).toEqual([
      0,
      '3 recorded, 0 duplicates, 0 rejected\nThe fields are named by line 3; the rows above it were passed over\n',
    ]);
    const items = await ledger.history();
    expect(items.map(({ by }) => by.claimed)).toEqual([4, 6, 8].map((line) => ({ file: name, line })));
  });

  test('JSON lines in UTF-16, or ended by carriage returns, have their lines too', async () => {
    const line = (id: string): string =>
      `{"usageId":"${id}","accountId":"acme","direction":"inbound","amount":"1","currency":"EUR"}`;
    await ledger.run('import', await ledger.write('a.ndjson', Buffer.from(`\uFEFF\n${line('u1')}\n`, 'utf16le')));
    await ledger.run('import', await ledger.write('b.ndjson', `${line('u2')}\r\r${line('u3')}`));
    const items = await ledger.history();
    expect(items.map(({ by }) => [by.claimed.file, by.claimed.line])).toEqual([
      ['a.ndjson', 2],
      ['b.ndjson', 1],
      ['b.ndjson', 3],
    ]);
  });

  test('a workbook is refused in plain words, and nothing of it was "100 %"', async () => {
    const { code, stderr, stdout } = await ledger.run(
      'import',
      await ledger.write('calls.xlsx', 'PK\x03\x04 and more'),
    );
    expect([code, stdout]).toEqual([1, '0 recorded, 0 duplicates, 0 rejected\n']);
    expect(stderr).toContain('tollgate: the file is a zip archive, as an .xlsx workbook is: give JSON lines or CSV');
    expect(stderr).not.toContain('100 %');
  });

  test('a number dialled that a spreadsheet has shortened went in without a word; it is warned of', async () => {
    const file = await ledger.write(
      'calls.csv',
      ended('Usage ID,ACCOUNT_ID,Direction,Amount,Currency,Callee', call('u1', '1', '4.92E+11')),
    );
    const { code, stdout } = await ledger.run('import', file);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^1 recorded, .*\nwarning: line 2: callee "4.92E\+11" looks like a long number that a spreadsheet/,
      ),
    ]);
  });
});

test('adjustments and reversals come from files too', async () => {
  const text = ended(
    'kind,paymentId,adjustmentId,reversalId,accountId,direction,amount,currency,of.kind,of.id,reason,actor',
    'payment,p1,,,acme,inbound,10,EUR,,,,',
    'adjustment,,a1,,acme,inbound,-0.5,EUR,,,a fee,ann',
    'reversal,,,r1,acme,,,,payment,p1,sent twice,ann',
  );
  expect((await ledger.run('import', await ledger.write('month.csv', text))).stdout).toMatch(/^3 recorded/);
  expect(await inbound()).toBe('-0.5');
  const lines =
    '{"reversalId":"r2","accountId":"acme","of":{"kind":"adjustment","id":"a1"},"reason":"no","actor":"ann"}\n';
  expect((await ledger.run('import', await ledger.write('r.ndjson', lines))).stdout).toMatch(/^1 recorded/);
  expect(await inbound()).toBe('0');
});

test.each([
  ['nothing', '', 'it is empty'],
  ['headings only', `${headings}\n`, 'it has no records'],
])(
  'a file with %s in it, such as an hour without calls, ends with 0 and says so; it was "100 %"',
  async (_what, text, why) => {
    const { code, stdout, stderr } = await ledger.run('import', await ledger.write('calls.csv', text));
    const path = ledger.path('calls.csv');
    expect([code, stdout]).toEqual([
      0,
      `0 recorded, 0 duplicates, 0 rejected\nThere is nothing to import in ${path}: ${why}\n`,
    ]);
    if (text === '') expect(stderr).not.toContain('%');
  },
);
