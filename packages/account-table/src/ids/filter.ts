/** Bits of a filter an id: one in about 750 ids that are not there seems to be. */
const bitsPerId = 16;
const blockBytes = 32;
const words = 8;

/** Bytes of the filter for so many ids. */
export const filterBytes = (ids: number): number =>
  Math.max(1, Math.ceil((ids * bitsPerId) / 8 / blockBytes)) * blockBytes;

/**
 * A split-block Bloom filter, as Parquet has it (parquet-format, BloomFilter.md): the upper half of a fingerprint selects a block
 * of 32 bytes, one cache line, and the lower half one bit in each of its eight words. It says no only of what was never added.
 */
export type Filter = {
  readonly bytes: Uint8Array;
  add(high: number, low: number): void;
  mayHave(high: number, low: number): boolean;
};

/** A filter over these bytes, of a length that `filterBytes` gave. */
export const createFilter = (bytes: Uint8Array): Filter => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocksOfAll = bytes.byteLength / blockBytes / 2 ** 32;
  return {
    bytes,
    add: (high, low) => {
      const block = Math.floor(high * blocksOfAll) * blockBytes;
      for (let word = 0; word < words; word += 1) {
        const offset = block + 4 * word;
        view.setInt32(offset, view.getInt32(offset, true) | bitOf(low, word), true);
      }
    },
    mayHave: (high, low) => {
      const block = Math.floor(high * blocksOfAll) * blockBytes;
      for (let word = 0; word < words; word += 1)
        if ((view.getInt32(block + 4 * word, true) & bitOf(low, word)) === 0) return false;
      return true;
    },
  };
};

/** Odd numbers whose products' upper bits are independent enough of each other; any such would do, but what is stored rests on these. */
const salts = new DataView(
  Uint32Array.of(0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31).buffer,
);

const bitOf = (low: number, word: number): number => 1 << (Math.imul(low, salts.getInt32(4 * word, true)) >>> 27);
