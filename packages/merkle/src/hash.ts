import { hash } from 'node:crypto';

/** SHA-256, 32 bytes. */
export type Hash = Uint8Array;

export const hashBytes = 32;

/** One call takes a third of the time that a hash object does, and as text half of what it does as a buffer. */
const sha256Text = (bytes: Uint8Array): string => hash('sha256', bytes, 'binary');
const sha256 = (bytes: Uint8Array): Hash => Buffer.from(sha256Text(bytes), 'binary');

/** The root of a tree without leaves (RFC 9162, 2.1.1). */
export const emptyRoot: Hash = sha256(new Uint8Array());

let room = Buffer.alloc(4_096);

/** The leaf with 0x00 before it, so that no leaf is ever taken for a node. Holds until the next. */
const asLeaf = (leaf: string | Uint8Array): Uint8Array => {
  const most = typeof leaf === 'string' ? leaf.length * 3 : leaf.length;
  if (most >= room.length) room = Buffer.alloc(2 * (most + 1));
  room[0] = 0;
  if (typeof leaf === 'string') return room.subarray(0, 1 + room.write(leaf, 1));
  room.set(leaf, 1);
  return room.subarray(0, 1 + most);
};

/** Of a leaf; a text as UTF-8. */
export const leafHash = (leaf: string | Uint8Array): Hash => sha256(asLeaf(leaf));

/** The same into a place: to allocate each takes as long as to hash it. */
export const writeLeafHash = (into: Buffer, at: number, leaf: string): void => {
  into.write(sha256Text(asLeaf(leaf)), at, 'binary');
};

const pair = Buffer.alloc(1 + 2 * hashBytes);
pair[0] = 1;

/** Of two subtrees, with 0x01 before them. */
export const nodeHash = (left: Hash, right: Hash): Hash => {
  pair.set(left, 1);
  pair.set(right, 1 + hashBytes);
  return sha256(pair);
};

/** The root over hashes, one after another, whose number is a power of two. */
export const rootOf = (hashes: Uint8Array): Hash => {
  const level = Buffer.from(hashes);
  for (let bytes = level.length; bytes > hashBytes; bytes /= 2)
    for (let at = 0; at < bytes; at += 2 * hashBytes) {
      level.copy(pair, 1, at, at + 2 * hashBytes);
      level.write(sha256Text(pair), at / 2, 'binary');
    }
  return Buffer.from(level.subarray(0, hashBytes));
};
