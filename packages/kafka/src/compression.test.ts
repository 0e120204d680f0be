import { gzipSync } from 'node:zlib';
import { unGzip, unLz4, unSnappy, unZstandard } from './compression';

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
  expect(text(unGzip(gzipSync('hello')))).toBe('hello');
  expect(text(unLz4(lz4Stored('hello')))).toBe('hello');
  expect((await unZstandard(zstandardOf(2))).equals(Buffer.alloc(262_144, 'x'))).toBe(true);
});

test('what would come to more than 128 MiB is refused before memory is taken', async () => {
  const huge = 'a compressed batch would come to more than 134217728 bytes';
  expect(() => unSnappy(Buffer.from([0xff, 0xff, 0xff, 0x7f, 0x00]))).toThrow('is too big, expect at most 134217728');
  expect(() => unGzip(gzipSync(Buffer.alloc((128 << 20) + 1)))).toThrow('larger than 134217728 bytes');
  await expect(unZstandard(zstandardOf(1_025))).rejects.toThrow(huge);
  const fourMebibytes = Buffer.from([0x01, 0x00, 0x00, 0x00, 0x00]);
  const frame = Buffer.concat([lz4Header, ...Array<Buffer>(33).fill(fourMebibytes), Buffer.alloc(4)]);
  expect(() => unLz4(frame)).toThrow(huge);
});

test('bytes that are not what they say are an error', async () => {
  for (const read of [unGzip, unSnappy, unLz4]) expect(() => read(Buffer.from('hello, hello'))).toThrow();
  await expect(unZstandard(Buffer.from('hello, hello'))).rejects.toThrow('something else than a frame of zstd');
});
