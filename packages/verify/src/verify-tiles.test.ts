import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readCheckpoint, readPublicKey } from './checkpoint';
import { keyOf } from './signing.fixture';
import { leafHash, nodeHash } from './tree';
import { verifyTiles } from './verify-tiles';

const lines = Array.from({ length: 700 }, (_, index) => `line ${String(index)}`);
const key = keyOf(1);
const leaves = lines.map((line) => leafHash(Buffer.from(line)));

/** Of as many hashes as a power of two. */
const rootOf = (hashes: readonly Buffer[]): Buffer => {
  const [first = Buffer.alloc(0), ...rest] = hashes;
  if (rest.length === 0) return first;
  const half = hashes.length / 2;
  return nodeHash(rootOf(hashes.slice(0, half)), rootOf(hashes.slice(half)));
};

let folder: string;
const write = (path: string, hashes: readonly Buffer[]): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), Buffer.concat(hashes));
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-tiles-'));
  write('0/000', leaves.slice(0, 256));
  write('0/001', leaves.slice(256, 512));
  write('0/002.p/188', leaves.slice(512));
  write('1/000.p/2', [rootOf(leaves.slice(0, 256)), rootOf(leaves.slice(256, 512))]);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const faults = (...sizes: number[]): string[] => {
  const checkpoints = sizes.map((size) => ({ name: String(size), checkpoint: readCheckpoint(key.note(lines, size)) }));
  const keys = [readPublicKey(key.line)];
  return verifyTiles(folder, { checkpoints, keys, witnesses: [] }).findings.map(
    ({ checkpoint, what }) => `${String(checkpoint)}: ${what}`,
  );
};

test('tiles give the root of every checkpoint up to where they end', () => {
  expect(faults(700, 513, 512, 511, 257, 256, 1)).toEqual([]);
});

test('tiles above level 0 may be missing', () => {
  rmSync(join(folder, '1'), { recursive: true });
  expect(faults(700)).toEqual([]);
});

test('a hash that was changed is found, in each checkpoint that signs it', () => {
  const bytes = readFileSync(join(folder, '0/001'));
  bytes.writeUInt8((bytes[5] ?? 0) ^ 1, 5);
  writeFileSync(join(folder, '0/001'), bytes);
  expect(faults(256, 300, 700)).toEqual([
    '300: the tiles are not of the 300 events that were signed',
    '700: the tiles are not of the 700 events that were signed',
    '700: tile 1/000 is not of those below it',
  ]);
});

test('a tile above that is not of those below it is named', () => {
  write('1/000.p/2', [rootOf(leaves.slice(0, 256)), Buffer.alloc(32)]);
  expect(faults(700)).toEqual(['700: tile 1/000 is not of those below it']);
});

test('a tile that is missing or too short is named', () => {
  rmSync(join(folder, '0/001'));
  expect(faults(256, 700)).toEqual(['700: tile 0/001 is missing, or has fewer than 256 hashes']);
});

test.each(['0/001', '0/002.p/188', '1/000.p/2'])(
  'hashes that stood behind those of tile %s were passed over, and half a hash too',
  (path) => {
    const bytes = readFileSync(join(folder, path));
    for (const more of [32, 1]) {
      writeFileSync(join(folder, path), Buffer.concat([bytes, Buffer.alloc(more)]));
      const count = String(bytes.length / 32);
      expect(faults(700)).toEqual([`700: tile ${path} does not have ${count} hashes and nothing else`]);
    }
  },
);

test('a checkpoint of another key is not believed for its tiles', () => {
  const checkpoint = readCheckpoint(keyOf(2).note(lines, 700));
  const given = { checkpoints: [{ name: 'other', checkpoint }], keys: [readPublicKey(key.line)], witnesses: [] };
  expect(verifyTiles(folder, given).findings).toEqual([expect.objectContaining({ checkpoint: 'other' })]);
});
