import { readCheckpoint } from './checkpoint';
import { lines } from './example.fixture';
import { consistencyFaults, inclusionFaults, readConsistencyProof, readInclusionProof } from './proof';
import { keyOf } from './signing.fixture';
import { leafHash, nodeHash } from './tree';

const leaves = lines.map((line) => leafHash(Buffer.from(line)));

/** The largest power of two below a number. */
const halfOf = (count: number): number => 2 ** Math.floor(Math.log2(count - 1));

// The definitions of RFC 9162 (2.1.1, 2.1.3.1, 2.1.4.1), word for word.
const rootOf = (of: readonly Buffer[]): Buffer => {
  const [only = Buffer.alloc(0)] = of;
  if (of.length === 1) return only;
  return nodeHash(rootOf(of.slice(0, halfOf(of.length))), rootOf(of.slice(halfOf(of.length))));
};
const pathOf = (index: number, of: readonly Buffer[]): Buffer[] => {
  if (of.length === 1) return [];
  const half = halfOf(of.length);
  const [left, right] = [of.slice(0, half), of.slice(half)];
  return index < half ? [...pathOf(index, left), rootOf(right)] : [...pathOf(index - half, right), rootOf(left)];
};
const subproofOf = (from: number, of: readonly Buffer[], isWhole: boolean): Buffer[] => {
  if (from === of.length) return isWhole ? [] : [rootOf(of)];
  const half = halfOf(of.length);
  const [left, right] = [of.slice(0, half), of.slice(half)];
  return from <= half
    ? [...subproofOf(from, left, isWhole), rootOf(right)]
    : [...subproofOf(from - half, right, false), rootOf(left)];
};

const inclusionOf = (index: number, size: number) => ({ index, size, hashes: pathOf(index, leaves.slice(0, size)) });
const consistencyOf = (from: number, to: number) => ({
  ...{ from, to },
  hashes: from === 0 ? [] : subproofOf(from, leaves.slice(0, to), true),
});
const signed = lines.map((_, index) => readCheckpoint(keyOf(1).note(lines, index + 1)));
const signedAt = (size: number) => signed[size - 1] ?? readCheckpoint(keyOf(1).note(lines, 0));
const lineAt = (index: number): Buffer => Buffer.from(lines[index] ?? '');

const pairs = lines.flatMap((_, at) => Array.from({ length: at + 1 }, (__, before) => [before, at + 1] as const));

/** Shorter, longer, and with another hash in each place. */
const changesOf = (hashes: readonly Buffer[]): Buffer[][] => [
  ...(hashes.length > 0 ? [hashes.slice(1)] : []),
  [...hashes, Buffer.alloc(32)],
  ...hashes.map((_, at) => hashes.with(at, Buffer.alloc(32))),
];

test('every line is proven in every size, and in none by the proof of another line or by one that was changed', () => {
  for (const [index, size] of pairs) {
    const proof = inclusionOf(index, size);
    expect(inclusionFaults(lineAt(index), proof, signedAt(size))).toEqual([]);
    expect(inclusionFaults(lineAt(index + 1), proof, signedAt(size))).toEqual([
      `the line is not the one that was signed as line ${String(index + 1)}`,
    ]);
    for (const hashes of changesOf(proof.hashes))
      expect(inclusionFaults(lineAt(index), { ...proof, hashes }, signedAt(size))).toHaveLength(1);
  }
});

test('a proof of one place does not prove the line at another', () => {
  for (let index = 0; index < 23; index += 1)
    expect(
      inclusionFaults(lineAt(index), { ...inclusionOf(index, 23), index: (index + 1) % 23 }, signedAt(23)),
    ).toHaveLength(1);
});

test('every size continues every smaller one, and none by a proof that was changed', () => {
  for (const [from, to] of pairs) {
    const proof = consistencyOf(from, to);
    expect(consistencyFaults(proof, signedAt(from), signedAt(to))).toEqual([]);
    if (from === 0) continue;
    for (const hashes of changesOf(proof.hashes)) {
      const faults = consistencyFaults({ ...proof, hashes }, signedAt(from), signedAt(to));
      expect([from, to, faults.length]).toEqual([from, to, 1]);
    }
  }
});

test('a checkpoint of another history is not continued', () => {
  const forked = lines.with(3, String(lines[4]));
  const other = readCheckpoint(keyOf(1).note(forked, 10));
  expect(consistencyFaults(consistencyOf(10, 23), other, signedAt(23))).toEqual([
    'the newer checkpoint is not of the same history: a line before the older one was changed',
  ]);
  expect(consistencyFaults(consistencyOf(10, 10), other, signedAt(10))).toHaveLength(1);
});

test('two checkpoints of one size needed a proof that nobody gives: that of nothing was called too short', () => {
  for (const checkpoint of signed) {
    const { size } = checkpoint;
    expect(consistencyFaults({ from: size, to: size, hashes: [] }, checkpoint, checkpoint)).toEqual([]);
    const more = { from: size, to: size, hashes: [Buffer.alloc(32)] };
    expect(consistencyFaults(more, checkpoint, checkpoint)).toEqual(['the proof is too long']);
  }
});

test('a proof of other sizes than were signed says so', () => {
  expect(inclusionFaults(lineAt(3), inclusionOf(3, 22), signedAt(23))).toEqual([
    'the proof is of 22 lines, and 23 were signed',
  ]);
  expect(consistencyFaults(consistencyOf(9, 23), signedAt(10), signedAt(23))).toEqual([
    'the proof is from 9 to 23 lines, and 10 and 23 were signed',
  ]);
});

test.each([
  [readInclusionProof, '{"index":3,"size":3,"hashes":[]}'],
  [readInclusionProof, '{"index":0,"size":3,"hashes":["x"]}'],
  [readInclusionProof, '{"index":0,"size":3}'],
  [readInclusionProof, 'null'],
  [readConsistencyProof, '{"from":4,"to":3,"hashes":[]}'],
  [readConsistencyProof, '{"from":0.5,"to":3,"hashes":[]}'],
  [readConsistencyProof, '{'],
])('%p of %s says that it is no proof', (read, text) => {
  expect(() => read(text)).toThrow(/^it is no proof: /);
});
