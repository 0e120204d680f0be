/** Bits of a filter an id: one in about 750 ids that are not there seems to be. */
const bitsPerId = 16;
const blockBytes = 32;
const words = 8;

/** Bytes of the filter for so many ids. */
export const filterBytes = (ids: number): number =>
  Math.max(1, Math.ceil((ids * bitsPerId) / 8 / blockBytes)) * blockBytes;

/** 256 KiB: malloc keeps free memory of up to twice the largest block that was ever given back, in each thread's arena. */
const pieceBlocks = 8_192;

/** The bytes of an empty filter for so many ids, in pieces, in their order. */
export const filterPieces = (ids: number): Uint8Array<ArrayBuffer>[] => {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let left = filterBytes(ids); left > 0; left -= pieceBlocks * blockBytes)
    pieces.push(new Uint8Array(Math.min(left, pieceBlocks * blockBytes)));
  return pieces;
};

/**
 * A split-block Bloom filter, as Parquet has it (parquet-format, BloomFilter.md): the upper half of a fingerprint selects a block
 * of 32 bytes, one cache line, and the lower half one bit in each of its eight words. It says no only of what was never added.
 */
export type Filter = {
  add(high: number, low: number): void;
  mayHave(high: number, low: number): boolean;
};

/** A filter over what `filterPieces` gave. */
export const createFilter = (pieces: readonly Uint8Array[]): Filter => {
  const views = pieces.map(({ buffer, byteOffset, byteLength }) => new DataView(buffer, byteOffset, byteLength));
  const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
  const blocksOfAll = bytes / blockBytes / 2 ** 32;
  const viewOf = (block: number): DataView => {
    const view = views[Math.floor(block / pieceBlocks)];
    if (view === undefined) throw new RangeError(`a filter of ${bytes} bytes has no block ${block}`);
    return view;
  };
  return {
    add: (high, low) => {
      const block = Math.floor(high * blocksOfAll);
      const view = viewOf(block);
      const start = (block % pieceBlocks) * blockBytes;
      for (let word = 0; word < words; word += 1) {
        const offset = start + 4 * word;
        view.setInt32(offset, view.getInt32(offset, true) | bitOf(low, word), true);
      }
    },
    mayHave: (high, low) => {
      const block = Math.floor(high * blocksOfAll);
      const view = viewOf(block);
      const start = (block % pieceBlocks) * blockBytes;
      for (let word = 0; word < words; word += 1)
        if ((view.getInt32(start + 4 * word, true) & bitOf(low, word)) === 0) return false;
      return true;
    },
  };
};

/** Odd numbers whose products' upper bits are independent enough of each other; any such would do, but what is stored rests on these. */
const salts = new DataView(
  Uint32Array.of(0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31).buffer,
);

const bitOf = (low: number, word: number): number => 1 << (Math.imul(low, salts.getInt32(4 * word, true)) >>> 27);
