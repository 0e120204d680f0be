import { csvRecords } from './csv-records';
import type { ImportKind, ImportRecord } from './import-record';

const header = 'usageId,accountId,direction,amount,currency,durationSeconds,caller,attributes.trunk';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

const read = async (text: string | Buffer, kind?: ImportKind, delimiter = ','): Promise<ImportRecord[]> => {
  const records: ImportRecord[] = [];
  for await (const record of csvRecords(inPieces(Buffer.from(text), 7), { kind, delimiter })) records.push(record);
  return records;
};

const bodies = (records: ImportRecord[]): unknown[] =>
  records.map((record): unknown => ('batchLine' in record ? JSON.parse(record.batchLine.toString()) : record.refusal));

describe('rows of a CSV file', () => {
  test('the first row names the fields, and usageId tells the kind', async () => {
    expect(bodies(await read(`${header}\nu1,acme,inbound,0.50,EUR,12.5,+49 30,t-1\n`))).toEqual([
      {
        kind: 'usage',
        usageId: 'u1',
        accountId: 'acme',
        direction: 'inbound',
        amount: '0.50',
        currency: 'EUR',
        durationSeconds: 12.5,
        caller: '+49 30',
        attributes: { trunk: 't-1' },
      },
    ]);
  });

  test('an empty cell is a field that is not there', async () => {
    expect(bodies(await read(`${header}\nu1,acme,inbound,1,EUR,,,\n`))).toEqual([
      { kind: 'usage', usageId: 'u1', accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
    ]);
  });

  test.each(['abc', '1e3', '-', '1,5'])(
    'a duration that is no number stays the text %j, for the server to refuse',
    async (text) => {
      const [record] = bodies(await read(`usageId,durationSeconds\nu1,"${text}"\n`));
      expect(record).toEqual({ kind: 'usage', usageId: 'u1', durationSeconds: text });
    },
  );

  test('records have the line they begin on, over line ends of both kinds, blank lines and cells of several lines', async () => {
    const records = await read('\uFEFFpaymentId,reference\r\np1,"two\nlines"\r\n\r\np2,"a ""b"", c"\np3,x');
    expect(records.map(({ line }) => line)).toEqual([2, 5, 6]);
    expect(bodies(records)).toEqual([
      { kind: 'payment', paymentId: 'p1', reference: 'two\nlines' },
      { kind: 'payment', paymentId: 'p2', reference: 'a "b", c' },
      { kind: 'payment', paymentId: 'p3', reference: 'x' },
    ]);
  });

  test('a row with too few or too many cells is refused and the next is read', async () => {
    expect(bodies(await read('paymentId,amount\np1\np2,1,2\np3,3\n'))).toEqual([
      'the row has 1 cells, the first row 2',
      'the row has 3 cells, the first row 2',
      { kind: 'payment', paymentId: 'p3', amount: '3' },
    ]);
  });

  test('a cell that is not UTF-8 is refused by name, never repaired', async () => {
    const bytes = Buffer.concat([Buffer.from('paymentId,reference\np1,Caf'), Buffer.from([0xe9]), Buffer.from('\n')]);
    expect(bodies(await read(bytes))).toEqual(['reference: not UTF-8']);
  });

  test('a column kind decides row by row, and another delimiter may be named', async () => {
    expect(bodies(await read('kind;paymentId;usageId\npayment;p1;\nusage;;u1\n', undefined, ';'))).toEqual([
      { kind: 'payment', paymentId: 'p1' },
      { kind: 'usage', usageId: 'u1' },
    ]);
  });

  test('attributes named like a property of every object are only attributes', async () => {
    const [record] = await read('usageId,attributes.__proto__\nu1,x\n');
    expect(record?.original).toBe('{"usageId":"u1","attributes":{"__proto__":"x"}}');
  });

  test.each([
    ['names no id', 'accountId,amount\n', /must name the fields/],
    ['has another delimiter', 'usageId;amount\n', /--delimiter/],
    ['names a field that does not exist', 'usageId,price\n', /column "price" is no field of a usage/],
    ['names a field twice', 'usageId,amount,amount\n', /"amount" is there twice/],
    ['leaves a quote open', 'usageId,amount\nu1,"2\n', /not CSV: Quote Not Closed/],
  ])('a file that %s is refused as a whole', async (_title, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});
