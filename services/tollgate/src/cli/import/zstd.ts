import { Decompress } from 'fzstd';
import { createByteReader } from './byte-reader';
import type { ByteReader } from './byte-reader';
import { createXxh64 } from './xxh64';
import { fieldBytesOf, headerOf } from './zstd-header';

const frameStart = 0xfd2fb528;
const skippableStart = 0x184d2a50;

/** Blocks may be empty or of one byte: whoever reads them a part at a time must not do its work for each. */
const partBytes = 1 << 18;

/** What frames of zstd (RFC 8878) hold, in parts, each frame's size and checksum compared, which fzstd does not. Throws an `Error`. */
export async function* unzstd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const block of blocksOf(chunks)) {
    if (block.length === 0) continue;
    parts.push(block);
    sizeBytes += block.length;
    if (sizeBytes < partBytes) continue;
    yield Buffer.concat(parts);
    parts = [];
    sizeBytes = 0;
  }
  if (sizeBytes > 0) yield Buffer.concat(parts);
}

async function* blocksOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const reader = createByteReader(chunks);
  while (!(await reader.isAtEnd())) {
    const start = await reader.take(4);
    if (start.readUInt32LE() === frameStart) yield* frame(reader, start);
    else if ((start.readUInt32LE() & ~0xf) === skippableStart) await skip(reader);
    else throw new Error('something else stands between its frames');
  }
}

const skip = async (reader: ByteReader): Promise<void> => {
  for (let left = (await reader.take(4)).readUInt32LE(); left > 0;) {
    const { length } = await reader.take(Math.min(left, 1 << 16));
    left -= length;
  }
};

async function* frame(reader: ByteReader, start: Buffer): AsyncGenerator<Buffer> {
  const descriptor = await reader.take(1);
  const fields = await reader.take(fieldBytesOf(descriptor.readUInt8()));
  const { contentBytes, hasChecksum } = headerOf(descriptor.readUInt8(), fields);
  const unpacked: Uint8Array[] = [];
  const stream = new Decompress((part) => unpacked.push(part));
  const checksum = createXxh64();
  let sizeBytes = 0n;
  const push = (packed: Buffer, isEnd: boolean): Buffer => {
    stream.push(packed, isEnd);
    const bytes = Buffer.concat(unpacked.splice(0));
    checksum.update(bytes);
    sizeBytes += BigInt(bytes.length);
    requireSize(sizeBytes, contentBytes, isEnd);
    return bytes;
  };
  yield push(Buffer.concat([start, descriptor, fields]), false);
  for (let isLast = false; !isLast;) {
    const head = await reader.take(3);
    const block = head.readUIntLE(0, 3);
    isLast = (block & 1) === 1;
    yield push(Buffer.concat([head, await reader.take(isRepeated(block) ? 1 : block >> 3)]), false);
  }
  const told = await reader.take(hasChecksum ? 4 : 0);
  yield push(told, true);
  if (hasChecksum && BigInt(told.readUInt32LE()) !== BigInt.asUintN(32, checksum.digest()))
    throw new Error('its checksum is another');
}

const requireSize = (bytes: bigint, claimed: bigint | undefined, isEnd: boolean): void => {
  if (claimed !== undefined && (bytes > claimed || (isEnd && bytes < claimed)))
    throw new Error(`it says that it holds ${String(claimed)} bytes, and holds ${isEnd ? String(bytes) : 'more'}`);
};

const isRepeated = (block: number): boolean => ((block >> 1) & 3) === 1;
