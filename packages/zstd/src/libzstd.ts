import { ZSTDDecoder } from 'zstddec/stream';

/** The functions of libzstd that are used here. Sizes and places in its memory are 32 bits; an error is its number below 0. */
export type Libzstd = {
  memory: { buffer: ArrayBuffer };
  malloc: (sizeBytes: number) => number;
  free: (at: number) => void;
  ZSTD_createDCtx: () => number;
  ZSTD_freeDCtx: (context: number) => void;
  ZSTD_decompressStream: (context: number, output: number, input: number) => number;
};

let loaded: Promise<Libzstd> | undefined;

/** libzstd itself: the package's own use of it loops for ever on damaged data, and keeps the memory of whoever does not read to the end. */
export const libzstd = (): Promise<Libzstd> => (loaded ??= load());

const load = async (): Promise<Libzstd> => {
  let library: Libzstd | undefined;
  class Library extends ZSTDDecoder {
    override _init(made: { instance: { exports: Libzstd } }): void {
      super._init(made);
      library = made.instance.exports;
    }
  }
  await new Library().init();
  if (library === undefined) throw new Error('zstddec did not hand its library out');
  return library;
};
