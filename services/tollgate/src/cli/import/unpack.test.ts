import { gzipSync } from 'node:zlib';
import { fileText } from './file-text';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

/** The parts that came, and the fault that ended them. */
const partsOf = async (bytes: Buffer, pieceBytes = 1 << 18) => {
  const parts: string[] = [];
  try {
    for await (const part of fileText(inPieces(bytes, pieceBytes))) if (part.length > 0) parts.push(String(part));
  } catch (error) {
    return { parts, fault: String(error) };
  }
  return { parts, fault: undefined };
};

const magic = Buffer.from('28b52ffd', 'hex');

/** A frame with a window of so many powers of two, or one segment, which says that it holds so many bytes and holds blocks as they are. */
const frame = (shape: { windowLog?: number; contentBytes?: bigint }, ...blocks: (string | Buffer)[]): Buffer => {
  const { windowLog, contentBytes } = shape;
  const size = Buffer.alloc(contentBytes === undefined ? 0 : 8);
  if (contentBytes !== undefined) size.writeBigUInt64LE(contentBytes);
  const descriptor = (contentBytes === undefined ? 0 : 0xc0) | (windowLog === undefined ? 0x20 : 0);
  const window = windowLog === undefined ? [] : [(windowLog - 10) << 3];
  const packed = blocks.map((block, at) => {
    const head = Buffer.alloc(3);
    head.writeUIntLE((block.length << 3) | (at === blocks.length - 1 ? 1 : 0), 0, 3);
    return Buffer.concat([head, Buffer.from(block)]);
  });
  return Buffer.concat([magic, Buffer.from([descriptor, ...window]), size, ...packed]);
};

const text = `a,b\n${'1,2\n'.repeat(16)}`;

describe('what follows a zero byte behind a part of gzip', () => {
  const zeros = Buffer.alloc(16);
  test.each([
    ['another part', Buffer.concat([gzipSync(text), zeros, gzipSync('3,4\n')])],
    ['a row as it is', Buffer.concat([gzipSync(text), zeros.subarray(0, 1), Buffer.from('3,4\n')])],
    ['zeros alone', Buffer.concat([gzipSync(text), zeros])],
  ])('was lost without a trace: %s; it is a fault, wherever the chunks end', async (_what, bytes) => {
    for (const pieceBytes of [1, 16, gzipSync(text).length, 1_000]) {
      const { fault } = await partsOf(bytes, pieceBytes);
      expect(fault).toContain('FileFault: bytes follow the end of the packed data (gzip)');
    }
  });

  test('is told also of a file of many chunks', async () => {
    const { fault } = await partsOf(
      Buffer.concat([...Array.from({ length: 500 }, () => gzipSync(text)), zeros, gzipSync(text)]),
      64,
    );
    expect(fault).toContain('bytes follow the end');
  });
});

describe('a frame of zstd', () => {
  test.each([
    ['window', { windowLog: 28 }],
    ['window beyond any memory', { windowLog: 41 }],
    ['content in one segment', { contentBytes: 2_145_386_496n }],
    ['content in one segment, by little,', { contentBytes: (128n << 20n) + 2n }],
  ])('that claims a %s of more than 128 MiB was given it; it is refused before that', async (_what, shape) => {
    const before = process.memoryUsage().arrayBuffers;
    const { parts, fault } = await partsOf(frame(shape, text));
    expect(parts).toEqual([]);
    expect(fault).toContain('FileFault: the zstd data asks for more than 128 MiB of memory to be unpacked');
    expect(fault).toContain('Pack it again without --long or --ultra');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
  });

  test('with a window of 128 MiB, as zstd takes it, is read', async () => {
    expect(await partsOf(frame({ windowLog: 27 }, text))).toEqual({ parts: [text], fault: undefined });
  });

  test.each([
    ['2^62 bytes and holds 68 was imported as whole', 1n << 62n],
    ['one byte more than it holds was imported as whole', 69n],
    ['one byte less than it holds was imported as whole', 67n],
  ])('that claims %s', async (_what, contentBytes) => {
    const { parts, fault } = await partsOf(frame({ windowLog: 20, contentBytes }, text));
    expect(parts).toEqual([]);
    expect(fault).toContain('FileFault: the zstd data is damaged or was cut short (its data is corrupt)');
  });

  test('that holds what it claims is read', async () => {
    expect(await partsOf(frame({ windowLog: 20, contentBytes: 68n }, text))).toEqual({
      parts: [text],
      fault: undefined,
    });
    expect(await partsOf(frame({ contentBytes: 68n }, text))).toEqual({ parts: [text], fault: undefined });
  });

  test('with blocks that are empty or of one byte gave a part for each of them', async () => {
    const rows = '1,2\n'.repeat(2_000);
    const blocks = [text, ...Array.from(rows).flatMap((byte) => [byte, '']), ''];
    const { parts } = await partsOf(
      Buffer.concat([frame({ windowLog: 17 }, ...blocks), frame({ windowLog: 17 }, rows)]),
    );
    expect(parts).toEqual([text + rows + rows]);
  });
});
