import { gzipSync } from 'node:zlib';
import { fileText } from './file-text';

const text = 'paymentId,reference\np1,Zürich 😀\n';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

const readBytes = async (bytes: Buffer, pieceBytes = 5): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of fileText(inPieces(bytes, pieceBytes))) parts.push(part);
  return Buffer.concat(parts);
};
const read = async (bytes: Buffer, pieceBytes?: number): Promise<string> =>
  (await readBytes(bytes, pieceBytes)).toString();

const utf16 = (said: string, order: 'little' | 'big'): Buffer => {
  const units = Buffer.from(`\uFEFF${said}`, 'utf16le');
  return order === 'big' ? units.swap16() : units;
};

/** Made with zstd 1.5.4: two frames, with checksums. */
const zstd = Buffer.from(
  'KLUv/SQc4QAAcGF5bWVudElkLGFjY291bnRJZApwMSxhY21lCrlxzbMotS/9BFhBAABwMixhY21lCjNoagw=',
  'base64',
);

describe('the text of a file', () => {
  test('is as it stands, with its mark', async () => {
    expect(await read(Buffer.from(`\uFEFF${text}`))).toBe(`\uFEFF${text}`);
    expect(await read(Buffer.alloc(0))).toBe('');
  });

  test.each(['little', 'big'] as const)('that is UTF-16, %s end first, was refused row by row', async (order) => {
    for (const pieceBytes of [1, 3, 4, 1_000]) expect(await read(utf16(text, order), pieceBytes)).toBe(`\uFEFF${text}`);
  });

  test('that is UTF-16 and broken or cut is never repaired', async () => {
    const broken = await readBytes(utf16('a\uD800b', 'little'));
    expect(broken.subarray(3)).toEqual(Buffer.from([0x61, 0xff, 0x62]));
    const cut = await readBytes(utf16('ab', 'big').subarray(0, -1));
    expect(cut.subarray(3)).toEqual(Buffer.from([0x61, 0xff]));
  });

  test('that is packed with gzip, in one part or several, was refused line by line', async () => {
    expect(await read(gzipSync(text))).toBe(text);
    expect(await read(Buffer.concat([gzipSync('a'), gzipSync('b')]))).toBe('ab');
    expect(await read(gzipSync(utf16(text, 'little')))).toBe(`\uFEFF${text}`);
  });

  test('that is packed with zstd was refused line by line', async () => {
    for (const pieceBytes of [1, 7, 1_000])
      expect(await read(zstd, pieceBytes)).toBe('paymentId,accountId\np1,acme\np2,acme\n');
    const skipped = Buffer.from('502a4d180400000061626364', 'hex');
    expect(await read(Buffer.concat([skipped, zstd]))).toBe('paymentId,accountId\np1,acme\np2,acme\n');
  });

  test.each([
    ['gzip', gzipSync(text)],
    ['zstd', zstd],
  ])('that is packed with %s and cut short is told, wherever it is cut', async (packing, bytes) => {
    for (let length = 5; length < bytes.length; length += 1) {
      const end = await read(bytes.subarray(0, length)).catch((error: unknown) => String(error));
      if (end !== 'paymentId,accountId\np1,acme\n')
        expect(end).toContain(`FileFault: the ${packing} data is damaged or was cut short`);
    }
  });

  test('that is packed with zstd and damaged, which the library does not notice, is told by its checksum', async () => {
    const whole = await read(zstd);
    const unnoticed: string[] = [];
    for (let at = 4; at < zstd.length; at += 1) {
      const damaged = Buffer.from(zstd);
      damaged.writeUInt8((zstd[at] ?? 0) ^ 1, at);
      const end = await read(damaged).catch((error: unknown) => String(error));
      if (end !== whole && !end.startsWith('FileFault: the zstd data is damaged')) unnoticed.push(end);
    }
    expect(unnoticed).toEqual([]);
  });

  test('that is packed and holds very much comes in parts that fit in memory', async () => {
    const parts: number[] = [];
    for await (const part of fileText(inPieces(gzipSync(Buffer.alloc(1 << 26, 'a')), 1 << 16))) parts.push(part.length);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(1 << 26);
    expect(Math.max(...parts)).toBeLessThanOrEqual(1 << 20);
  });

  test.each([
    ['a zip archive', Buffer.from('PK\x03\x04 and so on')],
    ['a workbook of Excel', Buffer.from('d0cf11e0a1b11ae100', 'hex')],
    ['packed with xz', Buffer.from('fd377a585a0000', 'hex')],
    ['packed with bzip2', Buffer.from('BZh91AY&SY')],
    ['packed with gzip twice', gzipSync(gzipSync(text))],
    ['UTF-32', Buffer.from('fffe00006100000062000000', 'hex')],
    ['not text, for it has bytes of zero (UTF-16 is read if it begins with its mark)', Buffer.from(text, 'utf16le')],
    ['a PDF document', Buffer.from('%PDF-1.7')],
  ])('that is %s is refused in plain words', async (what, bytes) => {
    await expect(read(bytes)).rejects.toThrow(`the file is ${what}`);
    await expect(read(bytes)).rejects.toThrow('give JSON lines or CSV, as UTF-8 or as UTF-16 with its mark');
  });
});
