import { setImmediate as nextTurn } from 'node:timers/promises';
import { libzstd } from './libzstd';
import type { Libzstd } from './libzstd';

/** The frame asks for more memory than zstd's own tool gives without being told to. */
export class WindowTooLarge extends Error {
  constructor() {
    super('it asks for more than 128 MiB of memory to be unpacked');
  }
}

/**
 * What frames of zstd (RFC 8878) hold, in pieces of at most 128 KiB, sizes and checksums compared. Others have their turn after each
 * piece, and after 64 KiB that came to none. Throws where they are damaged or not whole; whoever has had enough ends it.
 */
export async function* unzstd(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  const decoder = createDecoder(await libzstd());
  try {
    for await (const chunk of chunks)
      for (let at = 0; at < chunk.length; at += inputBytes) {
        decoder.give(chunk.subarray(at, at + inputBytes));
        while (decoder.hasMore()) {
          const piece = decoder.take();
          if (piece.length > 0) yield piece;
          await nextTurn();
        }
      }
    if (!decoder.isWhole()) throw new Error('unexpected end');
  } finally {
    decoder.free();
  }
}

const inputBytes = 1 << 16;
const outputBytes = 1 << 17;

/** How the library is told of the room for output and of the input, and tells how far it came: place, size and position of each. */
const field = { outputPosition: 2, input: 3, inputSize: 4, inputPosition: 5, count: 6 };
const inputAt = 4 * field.count;
const outputAt = inputAt + inputBytes;

const createDecoder = (library: Libzstd) => {
  const context = library.ZSTD_createDCtx();
  const room = library.malloc(outputAt + outputBytes);
  let described = new Uint32Array(0);
  /** What the library expects next: 0 behind a frame. */
  let expected = 0;

  const read = (at: number): number => {
    // The memory moves when it grows.
    if (described.length === 0) described = new Uint32Array(library.memory.buffer, room, field.count);
    return described[at] ?? 0;
  };
  const write = (values: number[], at: number): void => {
    new Uint32Array(library.memory.buffer, room, field.count).set(values, at);
  };
  const isFull = (): boolean => read(field.outputPosition) === outputBytes;
  const hasInput = (): boolean => read(field.inputPosition) < read(field.inputSize);

  return {
    give: (chunk: Buffer): void => {
      new Uint8Array(library.memory.buffer, room + inputAt, chunk.length).set(chunk);
      write([room + outputAt, outputBytes, 0, room + inputAt, chunk.length, 0], 0);
    },
    /** Each call of the library ends with the input, with the room or with a frame. */
    take: (): Buffer => {
      write([0], field.outputPosition);
      do {
        expected = library.ZSTD_decompressStream(context, room, room + 4 * field.input);
        if (expected < 0) throw faultOf(expected);
      } while (hasInput() && !isFull());
      const end = room + outputAt + read(field.outputPosition);
      return Buffer.from(library.memory.buffer.slice(room + outputAt, end));
    },
    hasMore: (): boolean => hasInput() || (isFull() && expected > 0),
    isWhole: (): boolean => expected === 0,
    free: (): void => {
      library.ZSTD_freeDCtx(context);
      library.free(room);
    },
  };
};

/** By the numbers of zstd_errors.h. */
const faultOf = (code: number): Error => {
  if (code === -16) return new WindowTooLarge();
  return new Error(faults[code] ?? `zstd's error ${String(-code)}`);
};

const faults: Record<number, string> = {
  [-10]: 'something else than a frame of zstd',
  [-20]: 'its data is corrupt',
  [-22]: 'its checksum is another',
  [-64]: 'there is no memory for it',
};
