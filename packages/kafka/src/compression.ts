import { promisify } from 'node:util';
import { gunzip, gunzipSync, type ZlibOptions } from 'node:zlib';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { uncompress as decompressSnappy } from 'snappyjs';
import { unzstd } from '@tollgate/zstd';
import { unLz4Frame } from './lz4';

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

/** What comes to no more takes a third of the time at once; what compression made huge is left to another thread. */
const mostBytesAtOnce = 16 << 20;
const gunzipBeside = promisify<Buffer, ZlibOptions, Buffer>(gunzip);

export const unGzip = async (bytes: Buffer): Promise<Buffer> => {
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytesAtOnce });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
    return gunzipBeside(bytes, { maxOutputLength: mostBytes, chunkSize: 1 << 18 });
  }
};

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

export const unLz4 = (bytes: Buffer): Promise<Buffer> => unLz4Frame(bytes, checkRoom);

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
