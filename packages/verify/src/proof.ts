import { Unusable } from './checkpoint';
import type { Checkpoint } from './checkpoint';
import { isFields } from './event';
import type { Fields } from './event';
import { leafHash, nodeHash } from './tree';

/** That a line is among those that were signed, as `GET /v1/proofs/inclusion` answers it. */
export type InclusionProof = { index: number; size: number; hashes: Buffer[] };

/** That an older checkpoint is of the beginning of a newer one, as `GET /v1/proofs/consistency` answers it. */
export type ConsistencyProof = { from: number; to: number; hashes: Buffer[] };

/** What does not fit; nothing if the line is the one at its index, of those that were signed (RFC 9162, 2.1.3.2). */
export const inclusionFaults = (
  line: Buffer,
  { index, size, hashes }: InclusionProof,
  signed: Checkpoint,
): string[] => {
  if (size !== signed.size) return [`the proof is of ${String(size)} lines, and ${String(signed.size)} were signed`];
  const siblings = siblingsOn(index, size - 1, hashes);
  if (typeof siblings === 'string') return [siblings];
  const root = siblings.reduce(
    (below, { hash, isLeft }) => (isLeft ? nodeHash(hash, below) : nodeHash(below, hash)),
    leafHash(line),
  );
  return root.equals(signed.root) ? [] : [`the line is not the one that was signed as line ${String(index + 1)}`];
};

/** What does not fit; nothing if all lines of the older are the first of the newer (RFC 9162, 2.1.4.2). */
export const consistencyFaults = (proof: ConsistencyProof, older: Checkpoint, newer: Checkpoint): string[] => {
  const { from, to, hashes } = proof;
  if (older.size === newer.size && !older.root.equals(newer.root))
    return [`both are of ${String(older.size)} lines, with different roots: two histories were signed`];
  if (from !== older.size || to !== newer.size)
    return [
      `the proof is from ${String(from)} to ${String(to)} lines, and ${String(older.size)} and ${String(newer.size)} were signed`,
    ];
  if (from === 0) return [];
  const roots = from === to ? sameOf(hashes, newer.root) : rootsOf({ from, to, hashes }, older.root);
  if (typeof roots === 'string') return [roots];
  return roots.older.equals(older.root) && roots.newer.equals(newer.root)
    ? []
    : ['the newer checkpoint is not of the same history: a line before the older one was changed'];
};

/** Of the same tree there is nothing to prove. */
const sameOf = ({ length }: readonly Buffer[], root: Buffer): { older: Buffer; newer: Buffer } | string =>
  length === 0 ? { older: root, newer: root } : tooLong;

/** Both roots, from the hashes of a proof between two sizes of which the first is not 0. */
const rootsOf = ({ from, to, hashes }: ConsistencyProof, older: Buffer): { older: Buffer; newer: Buffer } | string => {
  let [at, last] = [from - 1, to - 1];
  while (at % 2 === 1) [at, last] = up(at, last);
  // A whole subtree is its own root, and the proof does not repeat it.
  const [first, ...rest] = at === 0 ? [older, ...hashes] : hashes;
  const siblings = siblingsOn(at, last, rest);
  if (first === undefined) return tooShort;
  if (typeof siblings === 'string') return siblings;
  let roots = { older: first, newer: first };
  for (const { hash, isLeft } of siblings)
    roots = isLeft
      ? { older: nodeHash(hash, roots.older), newer: nodeHash(hash, roots.newer) }
      : { ...roots, newer: nodeHash(roots.newer, hash) };
  return roots;
};

type Sibling = { hash: Buffer; isLeft: boolean };

/** On which side each hash is met on the way from a node to the root; or that there are too few or too many. */
const siblingsOn = (node: number, lastNode: number, hashes: readonly Buffer[]): Sibling[] | string => {
  let [at, last] = [node, lastNode];
  const siblings: Sibling[] = [];
  for (const hash of hashes) {
    if (last === 0) return tooLong;
    siblings.push({ hash, isLeft: at % 2 === 1 || at === last });
    // The last node has no sibling at the right: it moves up until it has one at the left.
    if (at === last) while (at % 2 === 0) [at, last] = up(at, last);
    [at, last] = up(at, last);
  }
  return last === 0 ? siblings : tooShort;
};

const up = (at: number, last: number): [number, number] => [Math.floor(at / 2), Math.floor(last / 2)];

const tooShort = 'the proof is too short';
const tooLong = 'the proof is too long';

/** Throws `Unusable`. */
export const readInclusionProof = (text: string): InclusionProof => {
  const { index, size, hashes } = fieldsIn(text);
  if (!isSize(index) || !isSize(size) || index >= size) throw new Unusable(noProof('inclusion'));
  return { index, size, hashes: hashesIn(hashes) };
};

/** Throws `Unusable`. */
export const readConsistencyProof = (text: string): ConsistencyProof => {
  const { from, to, hashes } = fieldsIn(text);
  if (!isSize(from) || !isSize(to) || from > to) throw new Unusable(noProof('consistency'));
  return { from, to, hashes: hashesIn(hashes) };
};

const noProof = (kind: string): string => `it is no proof: the answer of /v1/proofs/${kind} is expected`;

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const fieldsIn = (text: string): Fields => {
  try {
    const value: unknown = JSON.parse(text);
    if (isFields(value)) return value;
  } catch {
    // Said below.
  }
  throw new Unusable('it is no proof: it is no JSON object');
};

const hashesIn = (value: unknown): Buffer[] => {
  const texts = Array.isArray(value) ? value.map(String) : [];
  const hashes = texts.map((text) => Buffer.from(text, 'base64'));
  if (!Array.isArray(value) || hashes.some((hash, at) => hash.length !== 32 || hash.toString('base64') !== texts[at]))
    throw new Unusable('it is no proof: its hashes are not all there, in base64');
  return hashes;
};
