import { noStream } from '@tollgate/event-store';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import type { Folder } from '@tollgate/folder';
import { payment, withLog } from './log-folder.fixture';
import { createMapIndex } from './map-index.fixture';
import type { MapIndex } from './map-index.fixture';

const groups = 300;

/** Groups of three events, each of a stream of its own; what an index was given while they were recorded. */
const createLog = async (): Promise<{ folder: Folder; live: MapIndex }> => {
  const folder = createSimulatedDisk().folder('log');
  const live = createMapIndex();
  const record = async (log: Parameters<Parameters<typeof withLog>[1]>[0]): Promise<void> => {
    for (let group = 0; group < groups; group += 1) {
      const events = [0, 1, 2].map((index) => payment(`${String(group)}.${String(index)}`));
      await log.append([{ stream: `account-${String(group)}`, expectedRevision: noStream, events }]);
    }
  };
  await withLog(folder, record, { index: live, segmentBytes: 10_000 });
  return { folder, live };
};

/** What an index is given that has kept so much. */
const given = async (folder: Folder, kept: number): Promise<MapIndex['added']> => {
  const index = createMapIndex({ kept, isPatient: true });
  await withLog(folder, () => Promise.resolve(), { index });
  return index.added;
};

describe('at opening', () => {
  test('an index is given what it has not kept, header by header as it was when it was recorded', async () => {
    const { folder, live } = await createLog();
    expect(live.added).toHaveLength(3 * groups);
    for (const kept of [0, 3, 300, 897, 900]) expect(await given(folder, kept)).toEqual(live.added.slice(kept));
  });

  test('an index that has kept a part of a group is given the rest of it', async () => {
    const { folder, live } = await createLog();
    for (const kept of [1, 2, 298, 899]) expect(await given(folder, kept)).toEqual(live.added.slice(kept));
  });

  test('others have their turn while much is read, and are told how far it is', async () => {
    const { folder } = await createLog();
    const told: [number, number][] = [];
    let turns = 0;
    const slow = createMapIndex();
    const index = {
      ...slow,
      add: (group: Parameters<MapIndex['add']>[0]) => {
        const until = performance.now() + 1;
        while (performance.now() < until);
        slow.add(group);
      },
    };
    await withLog(folder, () => Promise.resolve(), {
      index,
      onReplay: (place, last) => told.push([place, last]),
      turn: () => {
        turns += 1;
        return new Promise(setImmediate);
      },
    });
    expect(turns).toBeGreaterThan(10);
    expect(told.length).toBeGreaterThan(10);
    expect(told.at(-1)).toEqual([3 * groups, 3 * groups]);
    expect(told.every(([place], index) => index === 0 || place > (told[index - 1]?.[0] ?? 0))).toBe(true);
  });

  test('an index that refuses what the log says keeps it from opening', async () => {
    const { folder } = await createLog();
    const index = createMapIndex();
    index.failure = new Error('the log contradicts itself');
    await expect(withLog(folder, () => Promise.resolve(), { index })).rejects.toThrow('the log contradicts itself');
    await withLog(folder, () => Promise.resolve());
  });
});
