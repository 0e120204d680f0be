import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { unzstd, WindowTooLarge } from '@tollgate/zstd';
import { FileFault } from './file-fault';

type Unpack = (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>;

const packings: readonly (readonly [start: string, unpack: Unpack])[] = [
  ['1f8b', (chunks) => told('gzip', gunzip(chunks))],
  ['28b52ffd', (chunks) => told('zstd', unzstd(chunks))],
  // What pzstd puts first, to be skipped.
  ['502a4d18', (chunks) => told('zstd', unzstd(chunks))],
];

/** How to unpack what begins so; absent if it is not packed. */
export const packingOf = (head: Buffer): Unpack | undefined =>
  packings.find(([start]) => head.toString('hex', 0, start.length / 2) === start)?.[1];

const unpackedBytes = 1 << 18;

async function* gunzip(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let givenBytes = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      givenBytes += chunk.length;
      yield chunk;
    }
  };
  const source = Readable.from(counted());
  const unpacked = createGunzip({ chunkSize: unpackedBytes });
  source.on('error', (error) => unpacked.destroy(error));
  for await (const chunk of source.pipe(unpacked)) if (Buffer.isBuffer(chunk)) yield chunk;
  // Node's ends at a zero byte behind a part, and passes over all that follows.
  if (unpacked.bytesWritten !== givenBytes)
    throw new FileFault(
      'bytes follow the end of the packed data (gzip), from a byte of zero on, and were not read: rows may be missing. Unpack the parts one by one or pack the file again, and import the whole of it, what was recorded before counts once',
    );
}

async function* told(packing: string, unpacked: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* unpacked;
  } catch (error) {
    if (isOfSystem(error) || error instanceof FileFault) throw error;
    if (error instanceof WindowTooLarge)
      throw new FileFault(
        `the ${packing} data asks for more than 128 MiB of memory to be unpacked: it is damaged, or was packed with a larger window. Pack it again without --long or --ultra, or unpack it first, and import the whole file again, what was recorded before counts once`,
      );
    throw new FileFault(
      `the ${packing} data is damaged or was cut short (${error instanceof Error ? error.message : String(error)}): import the whole file again, what was recorded before counts once`,
    );
  }
}

/** Such as a disk that cannot be read. */
const isOfSystem = (error: unknown): boolean => typeof error === 'object' && error !== null && 'syscall' in error;
