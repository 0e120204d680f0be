import { hash } from 'node:crypto';

/** SHA-256, 32 bytes. */
export type Hash = Uint8Array;

export const hashBytes = 32;

/** One call, which takes a third of the time that a hash object does. */
const sha256 = (bytes: Uint8Array): Hash => hash('sha256', bytes, 'buffer');

/** The root of a tree without leaves (RFC 9162, 2.1.1). */
export const emptyRoot: Hash = sha256(new Uint8Array());

let room = Buffer.alloc(4_096);

/** Of a leaf, with 0x00 before it, so that no leaf is ever taken for a node; a text as UTF-8. */
export const leafHash = (leaf: string | Uint8Array): Hash => {
  const most = typeof leaf === 'string' ? leaf.length * 3 : leaf.length;
  if (most >= room.length) room = Buffer.alloc(2 * (most + 1));
  room[0] = 0;
  if (typeof leaf === 'string') return sha256(room.subarray(0, 1 + room.write(leaf, 1)));
  room.set(leaf, 1);
  return sha256(room.subarray(0, 1 + most));
};

const pair = Buffer.alloc(1 + 2 * hashBytes);
pair[0] = 1;

/** Of two subtrees, with 0x01 before them. */
export const nodeHash = (left: Hash, right: Hash): Hash => {
  pair.set(left, 1);
  pair.set(right, 1 + hashBytes);
  return sha256(pair);
};
