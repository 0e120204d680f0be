import { createSimulatedDisk } from '@tollgate/folder/simulated';
import type { SimulatedDisk } from '@tollgate/folder/simulated';
import { openIdIndex } from './id-index';
import type { IdIndex, IdIndexOptions } from './id-index';
import { mergeInline } from './merge';

export const ledger = '5d0f3c1e-8f64-4f0f-9a55-0d6d3f4f6f10';

/** The id of the event at place n is the n-th; several may have one fingerprint. */
export type TestId = { high: number; low: number };

const tinyTable = 4;

/** An index over a folder of the disk, with warnings kept. */
export const openTestIndex = async (
  disk: SimulatedDisk,
  last: number,
  options: Partial<IdIndexOptions> = {},
): Promise<{ index: IdIndex; warnings: string[] }> => {
  const warnings: string[] = [];
  const index = await openIdIndex({
    folder: disk.folder('account-table'),
    ledger,
    last,
    tableIds: tinyTable,
    merge: mergeInline,
    onWarning: (message) => warnings.push(message),
    ...options,
  });
  return { index, warnings };
};

/** Adds what the index has not kept, as its owner does at a start, in groups. */
export const feed = (index: IdIndex, ids: readonly TestId[], groupSize = 1): void => {
  for (let start = index.covered(); start < ids.length; start += groupSize) {
    const group = ids.slice(start, start + groupSize);
    for (const [offset, { high, low }] of group.entries()) index.add(high, low, start + offset + 1);
    index.through(start + group.length);
  }
};

/** Each id of the first `through` events that is not found, or found where it is not. */
export const wrongAnswers = (index: IdIndex, ids: readonly TestId[], through = ids.length): string[] => {
  const expected = new Map<string, number[]>();
  for (const [offset, { high, low }] of ids.slice(0, through).entries()) {
    const key = `${high}/${low}`;
    expected.set(key, [...(expected.get(key) ?? []), offset + 1]);
  }
  const wrong: string[] = [];
  for (const { high, low } of ids) {
    const key = `${high}/${low}`;
    const found = index.places(high, low).join(',');
    const right = (expected.get(key) ?? []).join(',');
    if (found !== right) wrong.push(`${key}: ${found}, not ${right}`);
  }
  return wrong;
};

/** Fingerprints spread as those of a hash are, the same at each run. */
export const spread = (count: number, salt = 1): TestId[] =>
  Array.from({ length: count }, (_, index) => ({ high: scramble(index, salt), low: scramble(index, salt + 7919) }));

const scramble = (index: number, salt: number): number => {
  let value = Math.imul((index + 1) ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  value = Math.imul(value ^ (value >>> 16), 0x27d4eb2f);
  return (value ^ (value >>> 15)) >>> 0;
};

/** A disk on which a whole index was made and closed. */
export const diskWith = async (
  ids: readonly TestId[],
  options: Partial<IdIndexOptions> = {},
): Promise<SimulatedDisk> => {
  const disk = createSimulatedDisk();
  const { index } = await openTestIndex(disk, ids.length, options);
  feed(index, ids, 3);
  await index.settled();
  await index.close();
  return disk;
};
