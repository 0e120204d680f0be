import { fileLines, maxLineBytes } from './file-lines';
import { ndjsonRecord, ndjsonRecords } from './ndjson-records';

const sent = (text: string | Buffer): string => {
  const record = ndjsonRecord({ line: 2, bytes: Buffer.from(text) }, undefined);
  return 'batchLine' in record ? record.batchLine.toString() : `refused: ${record.refusal}`;
};

describe('lines of JSON', () => {
  test.each([
    ['{"usageId":"u","durationSeconds":12.50}', '{"kind":"usage","usageId":"u","durationSeconds":12.50}'],
    [' { "paymentId": "p", "amount": 1e3 }\r', ' {"kind":"payment", "paymentId": "p", "amount": 1e3 }\r'],
    ['{"kind":"adjustment","amount":1.0}', '{"kind":"adjustment","amount":1.0}'],
    ['{"kind":"refund","paymentId":"p"}', '{"kind":"refund","paymentId":"p"}'],
    ['{"of":{"kind":"usage"},"usageId":"{"}', '{"kind":"usage","of":{"kind":"usage"},"usageId":"{"}'],
    ['{"accountId":"acme"}', '{"accountId":"acme"}'],
    ['{"usageId":"u","usageId":"v"}', '{"kind":"usage","usageId":"u","usageId":"v"}'],
  ])('%s goes out as it stands, with its kind', (line, expected) => {
    expect(sent(line)).toBe(expected);
  });

  test('a kind that is asked for is added to any object, and stays valid JSON in an empty one', () => {
    const record = ndjsonRecord({ line: 1, bytes: Buffer.from('{}') }, 'usage');
    expect(record).toMatchObject({ batchLine: Buffer.from('{"kind":"usage"}'), raw: Buffer.from('{}') });
  });

  test('a byte order mark is left out of the first line only, wherever the chunks part it', async () => {
    const chunks = async function* () {
      const line = Buffer.from('\uFEFF{"usageId":"u"}\n');
      for (const chunk of [line.subarray(0, 2), line.subarray(2), line]) yield await Promise.resolve(chunk);
    };
    const records: unknown[] = [];
    for await (const record of ndjsonRecords(chunks(), undefined)) records.push(record);
    expect(records).toEqual([
      { line: 1, raw: Buffer.from('{"usageId":"u"}'), batchLine: Buffer.from('{"kind":"usage","usageId":"u"}') },
      expect.objectContaining({ line: 2, refusal: expect.stringContaining('not JSON') as unknown }),
    ]);
  });

  test.each([
    ['[{"usageId":"u"}]', 'the line must be a JSON object'],
    ['null', 'the line must be a JSON object'],
    ['{"usageId":', 'the line is not JSON: Unexpected end of JSON input'],
  ])('%s is no record: it is refused here, where a batch of nothing else would be refused as a whole', (line, why) => {
    expect(sent(line)).toBe(`refused: ${why}`);
  });

  test('half a line at the end of a file is no JSON, and a whole one needs no line end', async () => {
    const lines = async (text: string): Promise<boolean[]> => {
      const found: boolean[] = [];
      const chunks = async function* () {
        yield await Promise.resolve(Buffer.from(text));
      };
      for await (const record of ndjsonRecords(chunks(), undefined)) found.push('batchLine' in record);
      return found;
    };
    expect(await lines('{"usageId":"u1"}\n{"usageId":"u2"')).toEqual([true, false]);
    expect(await lines('{"usageId":"u1"}\n{"usageId":"u2"}')).toEqual([true, true]);
  });

  test('bytes that are not UTF-8 are refused, never repaired', () => {
    expect(sent(Buffer.from([0x7b, 0xff, 0x7d]))).toBe('refused: the line is not UTF-8');
  });
});

describe('splitting a file into lines', () => {
  const split = async (...chunks: string[]) => {
    const lines: [number, string | undefined][] = [];
    const bytes = async function* () {
      for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
    };
    for await (const { line, bytes: found } of fileLines(bytes())) lines.push([line, found?.toString()]);
    return lines;
  };

  test('lines are whole wherever the chunks part them, and blank ones count but do not come', async () => {
    expect(await split('a', 'b\nc\n', '\n \r\n', 'd', '')).toEqual([
      [1, 'ab'],
      [2, 'c'],
      [5, 'd'],
    ]);
  });

  test('lines that end with a carriage return alone were one line', async () => {
    expect(await split('a\rb', '\r\rc')).toEqual([
      [1, 'a'],
      [2, 'b'],
      [4, 'c'],
    ]);
  });

  test('a line that is too long comes without its bytes, and the next is read', async () => {
    const half = 'x'.repeat(maxLineBytes / 2);
    expect(await split(half, half, 'x\nnext\n')).toEqual([
      [1, undefined],
      [2, 'next'],
    ]);
  });
});
