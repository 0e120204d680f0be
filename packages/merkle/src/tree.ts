import { emptyRoot, hashBytes, nodeHash } from './hash';
import type { Hash } from './hash';
import { blockLeaves, levelsApart } from './kept-hashes';
import type { KeptHashes } from './kept-hashes';

/** A Merkle tree as RFC 6962 (2.1) and RFC 9162 (2.1) have it, that grows at its end. */
export type Tree = {
  size(): number;
  append(leaf: Hash): void;
  /** The next `blockLeaves` leaves, one after another, whose root is known. Throws `RangeError` where a block is begun already. */
  appendBlock(leaves: Uint8Array, root: Hash): void;
  /** Of its first `size` leaves; of all unless given. */
  root(size?: number): Hash;
  /** That the leaf at `index` is among the first `size` (RFC 9162, 2.1.3): from the leaf up. Throws `RangeError`. */
  inclusion(index: number, size: number): Hash[];
  /** That the first `from` leaves are the first of the first `to` (RFC 9162, 2.1.4). Throws `RangeError`. */
  consistency(from: number, to: number): Hash[];
};

/** The roots of its subtrees, from the hashes that are kept. */
const subtreesOf = (kept: KeptHashes) => {
  /** The whole one of `2 ** level` leaves that is the `index`-th of its size. */
  const whole = (level: number, index: number): Hash =>
    level % levelsApart === 0
      ? kept.read(level / levelsApart, index)
      : nodeHash(whole(level - 1, 2 * index), whole(level - 1, 2 * index + 1));

  /** Of leaves from `begin`, a multiple of their number rounded up to a power of two. */
  const subtree = (begin: number, leaves: number): Hash => {
    const half = halfOf(leaves);
    if (2 * half === leaves || leaves === 1) return whole(Math.log2(leaves), begin / leaves);
    return nodeHash(subtree(begin, half), subtree(begin + half, leaves - half));
  };
  return { whole, subtree };
};

/** What proves, from the leaf up, as the RFC defines it. */
const proofsOf = (subtree: (begin: number, leaves: number) => Hash) => {
  const path = (index: number, begin: number, leaves: number): Hash[] => {
    if (leaves === 1) return [];
    const half = halfOf(leaves);
    return index < half
      ? [...path(index, begin, half), subtree(begin + half, leaves - half)]
      : [...path(index - half, begin + half, leaves - half), subtree(begin, half)];
  };

  const subproof = (from: number, begin: number, leaves: number): Hash[] => {
    if (from === leaves) return begin === 0 ? [] : [subtree(begin, leaves)];
    const half = halfOf(leaves);
    return from <= half
      ? [...subproof(from, begin, half), subtree(begin + half, leaves - half)]
      : [...subproof(from - half, begin + half, leaves - half), subtree(begin, half)];
  };
  return { path, subproof };
};

/** The tree of `size` leaves whose hashes are kept. */
export const openTree = (kept: KeptHashes, size = 0): Tree => {
  const { whole, subtree } = subtreesOf(kept);
  const { path, subproof } = proofsOf(subtree);
  let count = size;

  /** Subtrees that no later leaf completes further, by level: what a new leaf meets on its way up. */
  const edge: (Hash | undefined)[] = [];
  for (let level = 0; 2 ** level <= count; level += 1) {
    const index = Math.floor(count / 2 ** level);
    if (index % 2 === 1) edge[level] = whole(level, index - 1);
  }

  /** A subtree of `2 ** level` leaves that is complete, and what it completes above. */
  const add = (complete: Hash, of: number): void => {
    let hash = complete;
    let level = of;
    for (let left = edge[level]; left !== undefined; left = edge[level]) {
      hash = nodeHash(left, hash);
      edge[level] = undefined;
      level += 1;
      if (level % levelsApart === 0) kept.append(level / levelsApart, hash);
    }
    edge[level] = hash;
  };

  const append = (leaf: Hash): void => {
    kept.append(0, leaf);
    add(leaf, 0);
    count += 1;
  };

  const appendBlock = (leaves: Uint8Array, hash: Hash): void => {
    if (count % blockLeaves !== 0 || leaves.length !== blockLeaves * hashBytes)
      throw new RangeError(`a block of ${String(leaves.length)} bytes does not begin at ${String(count)}`);
    for (let at = 0; at < leaves.length; at += hashBytes) kept.append(0, leaves.subarray(at, at + hashBytes));
    kept.append(1, hash);
    add(hash, levelsApart);
    count += blockLeaves;
  };

  const root = (of = count): Hash => {
    requireWithin(of, count);
    return of === 0 ? emptyRoot : subtree(0, of);
  };

  return {
    size: () => count,
    append,
    appendBlock,
    root,
    inclusion: (index, of) => {
      requireWithin(of, count);
      requireWithin(index, of - 1);
      return path(index, 0, of);
    },
    consistency: (from, to) => {
      requireWithin(to, count);
      requireWithin(from, to);
      return from === 0 ? [] : subproof(from, 0, to);
    },
  };
};

/** The largest power of two below a number of leaves above one. */
const halfOf = (leaves: number): number => 2 ** Math.floor(Math.log2(leaves - 1));

const requireWithin = (count: number, most: number): void => {
  if (!Number.isSafeInteger(count) || count < 0 || count > most)
    throw new RangeError(`${String(count)} is not from 0 to ${String(most)}`);
};
