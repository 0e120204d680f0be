import { csvRecords } from './csv-records';
import type { ImportKind, ImportRecord } from './import-record';

const header = 'usageId,accountId,direction,amount,currency,durationSeconds,caller,attributes.trunk';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

type Options = { kind?: ImportKind; delimiter?: string; isLastRowSent?: boolean };

const readAll = async (text: string | Buffer, { kind, delimiter = ',', isLastRowSent = false }: Options = {}) => {
  const records: ImportRecord[] = [];
  const leading: string[] = [];
  const heldBack: number[] = [];
  const options = {
    ...{ kind, delimiter, isLastRowSent },
    onLeading: (rows: readonly { raw: Buffer }[]) => leading.push(...rows.map(({ raw }) => raw.toString())),
    onHeldBack: (line: number) => heldBack.push(line),
  };
  for await (const record of csvRecords(inPieces(Buffer.from(text), text.length > 1_000 ? 1 << 16 : 7), options))
    records.push(record);
  return { records, leading, heldBack };
};

const read = async (text: string | Buffer, options?: Options): Promise<ImportRecord[]> =>
  (await readAll(text, options)).records;

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

  test('--kind that contradicts the headings was told as headings that are not there; it is told as what it is', async () => {
    const payments = 'a title\n\nPayment ID,accountId\np1,acme\n';
    await expect(read(payments, { kind: 'usage' })).rejects.toThrow(
      'line 3 names the fields, paymentId among them and no usageId, and --kind says usage: import it without --kind, or with --kind payment',
    );
    expect(await read(payments, { kind: 'payment' })).toHaveLength(1);
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
    const records = await read('\uFEFFpaymentId,reference\r\np1,"two\nlines"\r\n\r\np2,"a ""b"", c"\np3,x\n');
    expect(records.map(({ line }) => line)).toEqual([2, 5, 6]);
    expect(bodies(records)).toEqual([
      { kind: 'payment', paymentId: 'p1', reference: 'two\nlines' },
      { kind: 'payment', paymentId: 'p2', reference: 'a "b", c' },
      { kind: 'payment', paymentId: 'p3', reference: 'x' },
    ]);
  });

  test('a row with too few or too many cells is refused and the next is read', async () => {
    expect(bodies(await read('paymentId,amount\np1\np2,1,2\np3,3\n'))).toEqual([
      'the row has 1 cells, the row of headings 2',
      'the row has 3 cells, the row of headings 2',
      { kind: 'payment', paymentId: 'p3', amount: '3' },
    ]);
  });

  test('a stray quote is refused with its row, and no longer the whole file', async () => {
    const rows = ['p1,a"b,x', 'p2,"a"b,x', 'p3,"a","two\nlines"'];
    expect(bodies(await read(`paymentId,reference,direction\n${rows.join('\n')}\n`))).toEqual([
      'a quote stands inside of a cell that does not begin with one',
      'something stands behind the closing quote of a cell',
      { kind: 'payment', paymentId: 'p3', reference: 'a', direction: 'two\nlines' },
    ]);
  });

  test('a cell that is not UTF-8 is refused by name, never repaired', async () => {
    const bytes = Buffer.concat([Buffer.from('paymentId,reference\np1,Caf'), Buffer.from([0xe9]), Buffer.from('\n')]);
    expect(bodies(await read(bytes))).toEqual(['reference: not UTF-8']);
  });

  test('a column kind decides row by row, and another delimiter may be named', async () => {
    const text = 'kind;paymentId;usageId\npayment;p1;\nusage;;u1\n';
    expect(bodies(await read(text, { delimiter: ';' }))).toEqual([
      { kind: 'payment', paymentId: 'p1' },
      { kind: 'usage', usageId: 'u1' },
    ]);
  });

  test('a delimiter may be more than one byte', async () => {
    const [record] = bodies(await read('usageId§caller\nu1§"a§b"\n', { delimiter: '§' }));
    expect(record).toEqual({ kind: 'usage', usageId: 'u1', caller: 'a§b' });
  });

  test('adjustments and reversals, which files could not hold, can be imported', async () => {
    const text = [
      'kind,adjustmentId,reversalId,accountId,amount,of.kind,of.id,reason',
      'adjustment,a1,,acme,-1,,,typo',
      'reversal,,r1,acme,,payment,p1,typo',
      '',
    ].join('\n');
    expect(bodies(await read(text))).toEqual([
      { kind: 'adjustment', adjustmentId: 'a1', accountId: 'acme', amount: '-1', reason: 'typo' },
      { kind: 'reversal', reversalId: 'r1', accountId: 'acme', reason: 'typo', of: { kind: 'payment', id: 'p1' } },
    ]);
    const [reversal] = bodies(await read('Reversal ID,OF.KIND,of_._id\nr2,usage,u1\n'));
    expect(reversal).toEqual({ kind: 'reversal', reversalId: 'r2', of: { kind: 'usage', id: 'u1' } });
  });

  test('attributes named like a property of every object are only attributes', async () => {
    const [record] = await read('usageId,attributes.__proto__\nu1,x\n');
    expect(record && 'batchLine' in record && record.batchLine.toString()).toBe(
      '{"kind":"usage","usageId":"u1","attributes":{"__proto__":"x"}}',
    );
  });

  test.each([
    ['names no id', 'accountId,amount\n', /must name the fields/],
    ['has another delimiter', 'usageId;amount\n', /--delimiter/],
    ['names a field that does not exist', 'usageId,price\n', /column "price" is no field of a usage/],
    ['names a field twice', 'usageId,amount,amount\n', /"amount" is there twice/],
    ['names a field twice in two ways', 'usageId,Usage ID\n', /"usageId" is there twice/],
    ['leaves a quote open', 'usageId,amount\nu1,1\nu2,"2\n', /^line 3: a quote opens in this row and never closes/],
    ['has a row without end', `usageId\n${'x'.repeat(1 << 21)}`, /^line 2: the row is longer than 1048576 bytes/],
  ])('a file that %s is refused as a whole', async (_title, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});

describe('a last row without a line end', () => {
  const half = 'usageId,accountId,amount\nu1,acme,1\nu2,acme,1';

  test('of which the amount 17.25 had come as far as the 1 was charged as 1; it is held back and told', async () => {
    const { records, heldBack } = await readAll(half);
    expect(bodies(records)).toEqual([{ kind: 'usage', usageId: 'u1', accountId: 'acme', amount: '1' }]);
    expect(heldBack).toEqual([3]);
  });

  test('that has only half of a line end, or is the row of headings, is held back too', async () => {
    expect((await readAll(`${half}\r`)).heldBack).toEqual([3]);
    expect((await readAll('usageId,acc')).heldBack).toEqual([1]);
  });

  test('is sent where that is asked for, and nothing is held back where the line end is there', async () => {
    const asked = await readAll(`${half}\r`, { isLastRowSent: true });
    expect(bodies(asked.records)).toHaveLength(2);
    expect(bodies(asked.records)[1]).toMatchObject({ usageId: 'u2', amount: '1' });
    const ended = await readAll(`${half}\n`);
    expect([ended.records.length, ended.heldBack]).toEqual([2, []]);
  });
});

describe('headings', () => {
  test.each(['usageId', 'USAGEID', 'Usage ID', 'usage_id', ' Usage_Id '])(
    'that are written %j were refused, and mean what they say',
    async (heading) => {
      const [record] = bodies(
        await read(`${heading},Account ID,Duration_Seconds,Attributes.Trunk Group\nu1,acme,3,t\n`),
      );
      expect(record).toEqual({
        ...{ kind: 'usage', usageId: 'u1', accountId: 'acme', durationSeconds: 3 },
        attributes: { 'Trunk Group': 't' },
      });
    },
  );

  test('may stand below a title, which was taken for them; lines are counted from the top', async () => {
    const lead = ['Payments of May,,\n', '\n', '"as of\n1 June",,\n', 'paymentId,accountId,amount\n'];
    const { records, leading } = await readAll(`\uFEFF${lead.join('')}p1,acme,1\np2,acme,2\n`);
    expect(records.map(({ line }) => line)).toEqual([6, 7]);
    expect(leading).toEqual([`\uFEFF${lead[0] ?? ''}`, lead[2], lead[3]]);
  });
});

describe('carriage returns alone', () => {
  test('made one row of a whole file, which then recorded nothing; they end lines, and line feeds are part of a cell', async () => {
    const records = await read('paymentId,reference\rp1,"a\nb"\r\rp2,"c\rd"\rp3,x\r');
    expect(records.map(({ line }) => line)).toEqual([2, 4, 6]);
    expect(bodies(records)).toEqual([
      { kind: 'payment', paymentId: 'p1', reference: 'a\nb' },
      { kind: 'payment', paymentId: 'p2', reference: 'c\rd' },
      { kind: 'payment', paymentId: 'p3', reference: 'x' },
    ]);
  });

  test('hold a last row back that has none', async () => {
    expect((await readAll('paymentId\rp1\rp2')).heldBack).toEqual([3]);
  });
});

describe('cells that a spreadsheet has damaged', () => {
  test('went out without a word; they go out with a warning', async () => {
    const rows = ['u1,+4930123456,a', 'u2,4.92E+11,a', 'u3,"4,92E+11",#REF!', 'u4,########,M\uFFFDller', 'u5,12e34,#1'];
    const records = await read(`usageId,callee,caller\n${rows.join('\n')}\n`);
    expect(records.map(({ warnings = [] }) => warnings.map((warning) => warning.slice(0, 30)))).toEqual([
      [],
      ['callee "4.92E+11" looks like a'],
      ['callee "4,92E+11" looks like a', 'caller "#REF!" is what a sprea'],
      ['callee "########" is what a sp', 'caller "M\uFFFDller" has characters'],
      [],
    ]);
    expect(bodies(records)[1]).toMatchObject({ callee: '4.92E+11' });
  });

  test('are not warned of where the server refuses them anyway', async () => {
    const [record] = await read('usageId,amount\nu1,1.5E+11\n');
    expect(record?.warnings).toEqual([]);
  });
});
