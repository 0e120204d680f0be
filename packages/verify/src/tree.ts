import { createHash } from 'node:crypto';

const sha256 = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export const leafHash = (line: Uint8Array): Buffer => sha256(Buffer.of(0), line);
export const nodeHash = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.of(1), left, right);

/** The hash tree of RFC 9162 (2.1), as its root grows leaf by leaf: of subtrees that are complete only the roots are kept. */
export const createTree = () => {
  /** From the largest to the smallest, which are all of different size. */
  const complete: { leaves: number; hash: Buffer }[] = [];
  let size = 0;
  /** Of a leaf, or of a subtree where all are of the same size. */
  const addHash = (hash: Buffer): void => {
    let last = { leaves: 1, hash };
    while (complete.at(-1)?.leaves === last.leaves) {
      const left = complete.pop();
      if (left !== undefined) last = { leaves: 2 * last.leaves, hash: nodeHash(left.hash, last.hash) };
    }
    complete.push(last);
    size += 1;
  };
  return {
    size: (): number => size,
    addHash,
    add: (leaf: Uint8Array): void => {
      addHash(leafHash(leaf));
    },
    root: (): Buffer => {
      const roots = complete.map(({ hash }) => hash);
      return roots.length === 0 ? sha256('') : roots.reduceRight((right, left) => nodeHash(left, right));
    },
  };
};
