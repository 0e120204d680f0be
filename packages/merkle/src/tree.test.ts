import { leafHash } from './hash';
import type { Hash } from './hash';
import { keepInMemory } from './kept-hashes';
import { openTree } from './tree';

const hex = (hash: Hash): string => Buffer.from(hash).toString('hex');

/** The leaves, roots and proofs that the logs of Certificate Transparency are tested with (certificate-transparency, merkletree). */
const leaves = [
  ...['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'],
].map((text) => Buffer.from(text, 'hex'));

const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const treeOf = (count: number) => {
  const kept = keepInMemory();
  const tree = openTree(kept);
  for (const leaf of leaves.slice(0, count)) tree.append(leafHash(leaf));
  return { tree, kept };
};

test.each(roots.map((root, size) => ({ size, root })))(
  'of $size leaves the root is that of every log there is',
  ({ size, root }) => {
    expect(hex(treeOf(size).tree.root())).toBe(root);
    expect(hex(treeOf(leaves.length).tree.root(size))).toBe(root);
  },
);

test.each([
  { index: 0, size: 1, proof: [] },
  {
    ...{ index: 0, size: 8 },
    proof: [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  },
  {
    ...{ index: 5, size: 8 },
    proof: [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  },
  { index: 2, size: 3, proof: ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'] },
])('leaf $index of $size is proven as in every log', ({ index, size, proof }) => {
  expect(treeOf(8).tree.inclusion(index, size).map(hex)).toEqual(proof);
});

test.each([
  { from: 1, to: 1, proof: [] },
  {
    ...{ from: 1, to: 8 },
    proof: [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  },
  {
    ...{ from: 6, to: 8 },
    proof: [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  },
  {
    ...{ from: 2, to: 5 },
    proof: [
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  },
])('that $from leaves are the first of $to is proven as in every log', ({ from, to, proof }) => {
  expect(treeOf(8).tree.consistency(from, to).map(hex)).toEqual(proof);
});

test('a leaf is never taken for a node: what two leaves hash to is another leaf’s neighbour', () => {
  const { tree } = treeOf(2);
  const forged = Buffer.concat([leafHash(''), leafHash(Buffer.from('00', 'hex'))]);
  expect(hex(leafHash(forged))).not.toBe(hex(tree.root()));
});

test('a text is hashed as its UTF-8, however long', () => {
  for (const text of ['', 'Ünïtel 😀', 'é'.repeat(100_000)])
    expect(hex(leafHash(text))).toBe(hex(leafHash(Buffer.from(text))));
});

test.each([
  { name: 'a leaf beyond the tree', ask: () => treeOf(8).tree.inclusion(8, 8) },
  { name: 'a tree larger than it is', ask: () => treeOf(8).tree.inclusion(0, 9) },
  { name: 'a leaf of no tree', ask: () => treeOf(8).tree.inclusion(0, 0) },
  { name: 'a consistency backwards', ask: () => treeOf(8).tree.consistency(5, 4) },
  { name: 'half a leaf', ask: () => treeOf(8).tree.root(0.5) },
])('refuses $name', ({ ask }) => {
  expect(ask).toThrow(RangeError);
});
