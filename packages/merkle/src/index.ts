export { hashBytes, leafHash, rootOf, writeLeafHash } from './hash';
export type { Hash } from './hash';
export type { KeptHashes } from './kept-hashes';
export { blockLeaves } from './kept-hashes';
export { openTree } from './tree';
export type { Tree } from './tree';
