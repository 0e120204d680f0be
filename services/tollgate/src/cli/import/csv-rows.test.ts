import { csvRows } from './csv-rows';

async function* chunksOf(...chunks: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
}

const cellsOf = async (...chunks: (string | Buffer)[]): Promise<string[][]> => {
  const rows: string[][] = [];
  for await (const { cells } of csvRows(chunksOf(...chunks), ',')) rows.push(cells.map(String));
  return rows;
};

const headings = `a,b\n${'1,2\n'.repeat(1 << 14)}`;
const cpuMs = async (read: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage();
  await read();
  return process.cpuUsage(before).user / 1_000;
};

describe('a long row that is open', () => {
  test.each([
    ['empty chunk, as empty blocks of zstd gave', Buffer.alloc(0), 4_000],
    ['chunk of one byte', Buffer.from('x'), 4_000],
    ['chunk that might end it', Buffer.from('\n'), 4_000],
    ['chunk with a doubled quote', Buffer.from('""\n'), 4_000],
  ])('was read again from its start at each %s: 800 kB and 4,000 of them took 15 s', async (_what, chunk, count) => {
    const open = `1,"${'""'.repeat(400_000)}`;
    const rest = Array.from({ length: count }, () => chunk);
    let rows: string[][] = [];
    const once = await cpuMs(() => cellsOf(headings, `${open}${String(Buffer.concat(rest))}",\n3,4\n`));
    const often = await cpuMs(async () => (rows = await cellsOf(headings, open, ...rest, '",\n3,4\n')));
    const text = String(Buffer.concat(rest)).replaceAll('""', '"');
    expect(rows.slice(-2)).toEqual([
      ['1', '"'.repeat(400_000) + text, ''],
      ['3', '4'],
    ]);
    expect(often).toBeLessThan(10 * once + 1_000);
  });

  test('comes whole, and the rows behind it, wherever its chunks end', async () => {
    const long = `"${'x\n'.repeat(20_000)}"`;
    const bytes = Buffer.from(`${headings}5,${long}\n7,8\n9,${long}\n`);
    for (const size of [501, 16_384, 40_000]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      );
      expect((await cellsOf(...chunks)).slice(-3)).toEqual([
        ['5', long.slice(1, -1)],
        ['7', '8'],
        ['9', long.slice(1, -1)],
      ]);
    }
  });

  test('is still given at once when it is short and its end comes', async () => {
    const given: string[] = [];
    const live = async function* (): AsyncGenerator<Buffer> {
      yield* chunksOf(headings, `1,"${'x'.repeat(5_000)}`, '"\n');
      given.push('before the next chunk');
      yield* chunksOf('3,4\n');
    };
    for await (const { cells } of csvRows(live(), ',')) if (cells[1]?.length !== 1) given.push('row');
    expect(given).toEqual(['row', 'before the next chunk']);
  });
});
