import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { Unusable } from './checkpoint';
import type { Checkpoint } from './checkpoint';
import { createTree } from './tree';
import type { Proofs } from './finding';
import { foundWith } from './verify-proof';
import type { Proven } from './verify-proof';

const tileWidth = 256;
const hashBytes = 32;

/**
 * Whether tiles of hashes (c2sp.org/tlog-tiles) are of the trees that checkpoints sign. The folder has one for each level, and in it the
 * tiles as their paths name them; of those above level 0 any may be missing. Throws `Unusable`.
 */
export const verifyTiles = (folder: string, given: Proofs): Proven => {
  if (given.checkpoints.length === 0) throw new Unusable('--tiles: name the --checkpoint they are of');
  if (!existsSync(folder)) throw new Unusable(`${folder}: no such folder`);
  const sizes = given.checkpoints.map(({ checkpoint }) => checkpoint.size);
  return {
    ...foundWith(given, ({ checkpoint }) => tileFaults(folder, checkpoint)),
    proves: `the tiles are of the first ${String(Math.max(...sizes))} lines of ${String(given.checkpoints[0]?.checkpoint.origin)}`,
  };
};

/** Hashes of the first lines of a ledger, as many as there are of them in tiles of level 0. */
export const leavesIn = (folder: string, count: number): Buffer[] => {
  const leaves: Buffer[] = [];
  while (leaves.length < count) {
    const tile = leaves.length / tileWidth;
    const hashes = hashesIn(folder, { level: 0, tile, width: Math.min(tileWidth, count - leaves.length) });
    if (hashes === undefined) break;
    leaves.push(...hashes);
  }
  return leaves;
};

const tileFaults = (folder: string, { size, root }: Checkpoint): string[] => {
  const tree = createTree();
  const above: Buffer[] = [];
  const sizes: string[] = [];
  for (let tile = 0; tile * tileWidth < size; tile += 1) {
    const width = Math.min(tileWidth, size - tile * tileWidth);
    sizes.push(...sizeFaults(folder, { level: 0, tile }));
    const hashes = hashesIn(folder, { level: 0, tile, width });
    if (hashes === undefined)
      return [...sizes, `tile ${nameOf(0, tile)} is missing, or has fewer than ${String(width)} hashes`];
    for (const hash of hashes) tree.addHash(hash);
    if (width === tileWidth) above.push(rootOf(hashes));
  }
  const faults = [...sizes, ...faultsAbove(folder, 1, above)];
  return tree.root().equals(root)
    ? faults
    : [`the tiles are not of the ${String(size)} events that were signed`, ...faults];
};

/** What tiles of a level say other than those below them. */
const faultsAbove = (folder: string, level: number, hashes: readonly Buffer[]): string[] => {
  const faults: string[] = [];
  const above: Buffer[] = [];
  for (let tile = 0; tile * tileWidth < hashes.length; tile += 1) {
    faults.push(...sizeFaults(folder, { level, tile }));
    const expected = hashes.slice(tile * tileWidth, (tile + 1) * tileWidth);
    const found = hashesIn(folder, { level, tile, width: expected.length });
    if (found?.some((hash, index) => !hash.equals(expected[index] ?? Buffer.alloc(0))) === true)
      faults.push(`tile ${nameOf(level, tile)} is not of those below it`);
    if (expected.length === tileWidth) above.push(rootOf(expected));
  }
  return above.length === 0 ? faults : [...faults, ...faultsAbove(folder, level + 1, above)];
};

const rootOf = (hashes: readonly Buffer[]): Buffer => {
  const tree = createTree();
  for (const hash of hashes) tree.addHash(hash);
  return tree.root();
};

/** The first hashes of a tile, from the whole one or from one that is not full and has as many; absent where there is none. */
const hashesIn = (folder: string, { level, tile, width }: Tile & { width: number }): Buffer[] | undefined => {
  for (const { name } of filesOf(folder, { level, tile })) {
    const bytes = readFileSync(`${folder}/${name}`);
    if (bytes.length < width * hashBytes) continue;
    return Array.from({ length: width }, (_, index) => bytes.subarray(index * hashBytes, (index + 1) * hashBytes));
  }
  return undefined;
};

type Tile = { level: number; tile: number };

/** What nobody signed could stand behind the hashes of a tile. */
const sizeFaults = (folder: string, tile: Tile): string[] =>
  filesOf(folder, tile)
    .filter(({ name, width }) => statSync(`${folder}/${name}`).size !== Number(width) * hashBytes)
    .map(({ name, width }) => `tile ${name} does not have ${width} hashes and nothing else`);

/** The whole tile, and those that were not full, with how many hashes their names say they have. */
const filesOf = (folder: string, { level, tile }: Tile): { name: string; width: string }[] => {
  const name = nameOf(level, tile);
  const partial = existsSync(`${folder}/${name}.p`) ? readdirSync(`${folder}/${name}.p`) : [];
  return [
    ...(existsSync(`${folder}/${name}`) ? [{ name, width: String(tileWidth) }] : []),
    ...partial.map((width) => ({ name: `${name}.p/${width}`, width })),
  ];
};

/** Three digits to a part of the path, x before all but the last. */
const nameOf = (level: number, tile: number): string => {
  const digits = String(tile);
  const parts = digits.padStart(3 * Math.ceil(digits.length / 3), '0').match(/\d{3}/g) ?? [];
  return [level, ...parts.map((part, index) => (index < parts.length - 1 ? `x${part}` : part))].join('/');
};
