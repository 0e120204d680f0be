import { gunzipSync } from 'node:zlib';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { decompress as decompressLz4, decompressBound } from 'lz4js';
import { uncompress as decompressSnappy } from 'snappyjs';
import { unzstd } from '@tollgate/zstd';

/** What a batch of messages may come to; more is an attack on our memory, for brokers take 1 MB of compressed bytes. */
const mostBytes = 128 << 20;

/** Teaches kafkajs, which knows gzip only, and without a bound, to read what other producers send. */
export const readEveryCompression = (): void => {
  CompressionCodecs[CompressionTypes.GZIP] = () => readOnly('gzip', unGzip);
  CompressionCodecs[CompressionTypes.Snappy] = () => readOnly('Snappy', unSnappy);
  CompressionCodecs[CompressionTypes.LZ4] = () => readOnly('LZ4', unLz4);
  CompressionCodecs[CompressionTypes.ZSTD] = () => readOnly('Zstandard', unZstandard);
};

const readOnly = (name: string, decompress: (bytes: Buffer) => Buffer | Promise<Buffer>) => ({
  compress: () => Promise.reject(new Error(`${name} is only read here`)),
  decompress: (bytes: Buffer) => Promise.resolve().then(() => decompress(bytes)),
});

export const unGzip = (bytes: Buffer): Buffer => gunzipSync(bytes, { maxOutputLength: mostBytes });

/** The Java client wraps Snappy in blocks of its own (xerial): this, two version numbers, then length and block in turn. */
const xerialMagic = Buffer.from('\x82SNAPPY\0', 'latin1');
const xerialHeaderBytes = 16;

export const unSnappy = (bytes: Buffer): Buffer => {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic)) return decompressSnappy(bytes, mostBytes);
  const blocks: Buffer[] = [];
  let room = mostBytes;
  for (let at = xerialHeaderBytes; at < bytes.length;) {
    const start = at + 4;
    at = start + bytes.readUInt32BE(at);
    const block = decompressSnappy(bytes.subarray(start, at), room);
    room -= block.length;
    blocks.push(block);
  }
  return Buffer.concat(blocks);
};

export const unLz4 = (bytes: Buffer): Buffer => {
  checkRoom(decompressBound(bytes));
  const { buffer, byteOffset, length } = decompressLz4(bytes);
  return Buffer.from(buffer, byteOffset, length);
};

export const unZstandard = async (bytes: Buffer): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of unzstd([bytes])) {
    size += piece.length;
    checkRoom(size);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
};

const checkRoom = (bytes: number): void => {
  if (bytes > mostBytes) throw new Error(`a compressed batch would come to more than ${String(mostBytes)} bytes`);
};

/** By the numbers that Kafka has for them. */
const decompressions = [(bytes: Buffer) => bytes, unGzip, unSnappy, unLz4, unZstandard] as const;

/** What a batch holds, by the compression that its attributes name. */
export const decompressed = async (type: number, bytes: Buffer): Promise<Buffer> => {
  const decompress = decompressions[type];
  if (decompress === undefined) throw new Error(`a batch is compressed in a way that is not known: ${String(type)}`);
  return decompress(bytes);
};
