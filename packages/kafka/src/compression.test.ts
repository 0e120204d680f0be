import { gzipSync } from 'node:zlib';
import { unGzip, unLz4, unSnappy, unZstandard } from './compression';
import { turnsDuring } from './turns.test-support';

const text = (bytes: Buffer): string => bytes.toString();

/** A Snappy block of one literal: its length, a tag, the bytes. */
const snappyBlock = (content: string): Buffer =>
  Buffer.concat([Buffer.from([content.length, (content.length - 1) << 2]), Buffer.from(content)]);

const sized = (block: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(block.length);
  return Buffer.concat([length, block]);
};

/** Zstandard blocks of one byte repeated 128 KiB: four bytes each. */
const zstandardOf = (blocks: number): Buffer => {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]);
  const block = (isLast: boolean) => Buffer.from([isLast ? 0x03 : 0x02, 0x00, 0x10, 0x78]);
  return Buffer.concat([header, ...Array.from({ length: blocks }, (_, index) => block(index === blocks - 1))]);
};

const lz4Header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x00]);
const lz4Stored = (content: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE((content.length | 0x80000000) >>> 0);
  return Buffer.concat([lz4Header, length, Buffer.from(content), Buffer.alloc(4)]);
};

test('Snappy is read as it is and in the blocks of the Java client', () => {
  const header = Buffer.concat([Buffer.from('\x82SNAPPY\0', 'latin1'), Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])]);
  expect(text(unSnappy(snappyBlock('hello')))).toBe('hello');
  expect(text(unSnappy(Buffer.concat([header, sized(snappyBlock('hel')), sized(snappyBlock('lo'))])))).toBe('hello');
});

test('gzip, LZ4 and Zstandard are read', async () => {
  expect(text(await unGzip(gzipSync('hello')))).toBe('hello');
  expect(text(await unLz4(lz4Stored('hello')))).toBe('hello');
  expect((await unZstandard(zstandardOf(2))).equals(Buffer.alloc(262_144, 'x'))).toBe(true);
});

test('what would come to more than 128 MiB is refused before memory is taken', async () => {
  const huge = 'a compressed batch would come to more than 134217728 bytes';
  expect(() => unSnappy(Buffer.from([0xff, 0xff, 0xff, 0x7f, 0x00]))).toThrow('is too big, expect at most 134217728');
  await expect(unGzip(gzipSync(Buffer.alloc((128 << 20) + 1)))).rejects.toThrow('larger than 134217728 bytes');
  await expect(unZstandard(zstandardOf(1_025))).rejects.toThrow(huge);
  const fourMebibytes = Buffer.from([0x01, 0x00, 0x00, 0x00, 0x00]);
  const frame = Buffer.concat([lz4Header, ...Array<Buffer>(33).fill(fourMebibytes), Buffer.alloc(4)]);
  await expect(unLz4(frame)).rejects.toThrow(huge);
});

test('bytes that are not what they say are an error', async () => {
  expect(() => unSnappy(Buffer.from('hello, hello'))).toThrow();
  for (const read of [unGzip, unLz4]) await expect(read(Buffer.from('hello, hello'))).rejects.toThrow();
  await expect(unZstandard(Buffer.from('hello, hello'))).rejects.toThrow('something else than a frame of zstd');
});

/** A block of LZ4 that is one letter, 4 MiB of it, behind what is there: a literal, and a match of all that follows. */
const letters = (): Buffer => {
  const rest = (4 << 20) - 1 - 4 - 15;
  const length = Buffer.from([...new Array<number>(Math.floor(rest / 255)).fill(255), rest % 255]);
  const block = Buffer.concat([Buffer.from([0x1f, 0x78, 0x01, 0x00]), length]);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(block.length);
  return Buffer.concat([head, block]);
};

const lz4Of = (blocks: number, { header = lz4Header, sum = Buffer.alloc(0) } = {}): Buffer =>
  Buffer.concat([header, ...new Array<Buffer>(blocks).fill(Buffer.concat([letters(), sum])), Buffer.alloc(4)]);

test.each([
  ['gzip', () => unGzip(gzipSync(Buffer.alloc(64 << 20, 'x')))],
  ['LZ4', () => unLz4(lz4Of(16))],
] as const)(
  'a huge batch in %s, which used to keep the thread until it was read, leaves others many turns',
  async (_, read) => {
    const { turns, result: whole } = await turnsDuring<Buffer>(read);
    expect(turns).toBeGreaterThanOrEqual(15);
    expect(whole.equals(Buffer.alloc(64 << 20, 'x'))).toBe(true);
  },
);

test('a frame of LZ4 that says it is smaller than it is used to be read to its end, for seconds; it is refused', async () => {
  const header = Buffer.concat([
    Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x68, 0x70]),
    Buffer.from([9, 0, 0, 0, 0, 0, 0, 0, 0]),
  ]);
  await expect(unLz4(lz4Of(60, { header }))).rejects.toThrow('holds more than it says');
});

test('checksums of LZ4 blocks stand behind them, not before, as they used to be read', async () => {
  const header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x70, 0x70, 0x00]);
  const whole = await unLz4(lz4Of(2, { header, sum: Buffer.from('sums') }));
  expect(whole.equals(Buffer.alloc(8 << 20, 'x'))).toBe(true);
});

test('a frame of LZ4 that is cut off is an error', async () => {
  const frame = lz4Of(1);
  await expect(unLz4(frame.subarray(0, -4))).rejects.toThrow();
});
