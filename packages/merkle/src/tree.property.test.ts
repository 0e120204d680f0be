import fc from 'fast-check';
import { emptyRoot, leafHash, nodeHash } from './hash';
import type { Hash } from './hash';
import { blockLeaves, keepInMemory } from './kept-hashes';
import { openTree } from './tree';

const most = 1_200;
const leaves = Array.from({ length: most }, (_, index) => leafHash(String(index)));

/** RFC 9162, 2.1.1, word by word. */
const definition = (of: readonly Hash[]): Hash => {
  const [first] = of;
  if (first === undefined) return emptyRoot;
  if (of.length === 1) return first;
  let half = 1;
  while (2 * half < of.length) half *= 2;
  return nodeHash(definition(of.slice(0, half)), definition(of.slice(half)));
};

/** RFC 9162, 2.1.3.2. */
const rootFromInclusion = (index: number, size: number, { leaf, proof }: { leaf: Hash; proof: Hash[] }): Hash => {
  let [at, last, root] = [index, size - 1, leaf];
  for (const hash of proof) {
    if (at % 2 === 1 || at === last) {
      root = nodeHash(hash, root);
      while (at % 2 === 0 && at !== 0) [at, last] = [at >> 1, last >> 1];
    } else root = nodeHash(root, hash);
    [at, last] = [at >> 1, last >> 1];
  }
  expect(last).toBe(0);
  return root;
};

/** RFC 9162, 2.1.4.2: both roots, from the first one where a proof begins with none. */
const rootsFromConsistency = (from: number, to: number, { root, proof }: { root: Hash; proof: Hash[] }): Hash[] => {
  const path = Number.isInteger(Math.log2(from)) ? [root, ...proof] : proof;
  let [at, last] = [from - 1, to - 1];
  while (at % 2 === 1) [at, last] = [at >> 1, last >> 1];
  let [earlier = root, later = root] = [path[0], path[0]];
  for (const hash of path.slice(1)) {
    if (at % 2 === 1 || at === last) {
      [earlier, later] = [nodeHash(hash, earlier), nodeHash(hash, later)];
      while (at % 2 === 0 && at !== 0) [at, last] = [at >> 1, last >> 1];
    } else later = nodeHash(later, hash);
    [at, last] = [at >> 1, last >> 1];
  }
  return [earlier, later];
};

const whole = openTree(keepInMemory());
for (const leaf of leaves) whole.append(leaf);
const size = fc.integer({ min: 1, max: most });

test('every root is that of the definition, however often the tree is opened anew in between', () => {
  fc.assert(
    fc.property(fc.array(size, { minLength: 1, maxLength: 5 }), (stops) => {
      const kept = keepInMemory();
      let tree = openTree(kept);
      for (const stop of stops.sort((one, other) => one - other)) {
        for (const leaf of leaves.slice(tree.size(), stop)) tree.append(leaf);
        expect(tree.root()).toEqual(definition(leaves.slice(0, stop)));
        tree = openTree(kept, stop);
      }
    }),
    { numRuns: 50 },
  );
});

test('every proof of inclusion leads from its leaf to the root', () => {
  fc.assert(
    fc.property(size, fc.nat(), (of, some) => {
      const index = some % of;
      const leaf = leaves[index] ?? emptyRoot;
      const proof = whole.inclusion(index, of);
      expect(rootFromInclusion(index, of, { leaf, proof })).toEqual(whole.root(of));
    }),
  );
});

test('every proof of consistency leads from its smaller root to both', () => {
  fc.assert(
    fc.property(size, size, (one, other) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      const proof = whole.consistency(from, to);
      const roots = from === to ? [whole.root(from), whole.root(to)] : undefined;
      expect(roots ?? rootsFromConsistency(from, to, { root: whole.root(from), proof })).toEqual([
        whole.root(from),
        whole.root(to),
      ]);
    }),
  );
});

test('a tree that grows by blocks and by leaves is the one that grows by leaves', () => {
  const blockAt = (from: number): Uint8Array => Buffer.concat(leaves.slice(from, from + blockLeaves));
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.nat(100), (inBlocks, loose) => {
      const [grown, single] = [openTree(keepInMemory()), openTree(keepInMemory())];
      inBlocks.forEach((isBlock, index) => {
        const from = index * blockLeaves;
        const own = leaves.slice(from, from + blockLeaves);
        if (isBlock) grown.appendBlock(blockAt(from), definition(own));
        else own.forEach(grown.append);
      });
      leaves.slice(4 * blockLeaves, 4 * blockLeaves + loose).forEach(grown.append);
      leaves.slice(0, grown.size()).forEach(single.append);
      for (const size of [1, 255, 256, 257, 1_000, grown.size()]) expect(grown.root(size)).toEqual(single.root(size));
      expect(grown.inclusion(700, grown.size())).toEqual(single.inclusion(700, grown.size()));
      expect(grown.consistency(300, grown.size())).toEqual(single.consistency(300, grown.size()));
      if (loose > 0) expect(() => grown.appendBlock(blockAt(0), leaves[0] ?? emptyRoot)).toThrow(RangeError);
    }),
  );
});
