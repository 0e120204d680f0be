import type { Hash } from './hash';

/** Of every so many levels the hashes are kept; those between are made anew from at most 2⁷ of them when they are asked for. */
export const levelsApart = 8;

/** Leaves below one hash of the next level that is kept. */
export const blockLeaves = 2 ** levelsApart;

/** Hashes of whole subtrees, those of `2 ** (levelsApart * level)` leaves at `level`; level 0 are the leaves. */
export type KeptHashes = {
  /** The next one of its level. */
  append(level: number, hash: Hash): void;
  /** One that was appended: the bytes are the caller's. */
  read(level: number, index: number): Hash;
};

/** In memory, for trees that are made and thrown away. */
export const keepInMemory = (): KeptHashes => {
  const levels: Hash[][] = [];
  return {
    append: (level, hash) => {
      (levels[level] ??= []).push(hash);
    },
    read: (level, index) => {
      const hash = levels[level]?.[index];
      if (hash === undefined) throw new RangeError(`there is no hash ${String(index)} at level ${String(level)}`);
      return hash;
    },
  };
};
