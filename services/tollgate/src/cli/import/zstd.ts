import { Decompress } from 'fzstd';
import { createByteReader } from './byte-reader';
import type { ByteReader } from './byte-reader';
import { createXxh64 } from './xxh64';

const frameStart = 0xfd2fb528;
const skippableStart = 0x184d2a50;

/** What frames of zstd (RFC 8878) hold, a block at a time, each frame's checksum compared, which fzstd does not. Throws an `Error`. */
export async function* unzstd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
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
  const { fieldBytes, checksumBytes } = headerOf(descriptor.readUInt8());
  const unpacked: Uint8Array[] = [];
  const stream = new Decompress((part) => unpacked.push(part));
  const checksum = createXxh64();
  const push = (packed: Buffer, isLast: boolean): Buffer => {
    stream.push(packed, isLast);
    const bytes = Buffer.concat(unpacked.splice(0));
    checksum.update(bytes);
    return bytes;
  };
  yield push(Buffer.concat([start, descriptor, await reader.take(fieldBytes)]), false);
  for (let isLast = false; !isLast;) {
    const head = await reader.take(3);
    const block = head.readUIntLE(0, 3);
    isLast = (block & 1) === 1;
    yield push(Buffer.concat([head, await reader.take(isRepeated(block) ? 1 : block >> 3)]), false);
  }
  const told = await reader.take(checksumBytes);
  yield push(told, true);
  if (checksumBytes > 0 && BigInt(told.readUInt32LE()) !== BigInt.asUintN(32, checksum.digest()))
    throw new Error('its checksum is another');
}

const isRepeated = (block: number): boolean => ((block >> 1) & 3) === 1;

/** How many bytes of a frame's header follow its descriptor, and whether a checksum ends the frame. */
const headerOf = (descriptor: number): { fieldBytes: number; checksumBytes: number } => {
  const isOneSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [isOneSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return {
    fieldBytes: (isOneSegment ? 0 : 1) + dictionaryBytes + sizeBytes,
    checksumBytes: (descriptor & 4) === 0 ? 0 : 4,
  };
};
