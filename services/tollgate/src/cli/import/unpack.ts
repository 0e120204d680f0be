import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { FileFault } from './file-fault';

type Unpack = (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>;

const packings: readonly (readonly [start: string, unpack: Unpack])[] = [
  ['1f8b', gunzip],
  ['28b52ffd', unzstd],
  // What pzstd puts first, to be skipped.
  ['502a4d18', unzstd],
];

/** How to unpack what begins so; absent if it is not packed. */
export const packingOf = (head: Buffer): Unpack | undefined =>
  packings.find(([start]) => head.toString('hex', 0, start.length / 2) === start)?.[1];

const unpackedBytes = 1 << 18;

async function* gunzip(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(chunks);
  const unpacked = createGunzip({ chunkSize: unpackedBytes });
  source.on('error', (error) => unpacked.destroy(error));
  try {
    for await (const chunk of source.pipe(unpacked)) if (Buffer.isBuffer(chunk)) yield chunk;
  } catch (error) {
    throw isOfZlib(error) ? damaged('gzip', error) : error;
  }
}

const isOfZlib = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('Z_');

/** A few bytes of zstd can hold very many: what one push gives has to fit in memory. */
const pushBytes = 1 << 10;

async function* unzstd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unpacked: Uint8Array[] = [];
  const stream = new Decompress((part) => unpacked.push(part));
  const push = (packed: Buffer, isLast = false): Buffer => {
    try {
      stream.push(packed, isLast);
      return Buffer.concat(unpacked.splice(0));
    } catch (error) {
      throw damaged('zstd', error);
    }
  };
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += pushBytes) yield push(chunk.subarray(at, at + pushBytes));
  yield push(Buffer.alloc(0), true);
}

const damaged = (packing: string, error: unknown): FileFault =>
  new FileFault(
    `the ${packing} data is damaged or was cut short (${error instanceof Error ? error.message : String(error)}): import the whole file again, what was recorded before counts once`,
  );
