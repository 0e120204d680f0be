import { createSimulatedDisk } from '@tollgate/folder/simulated';
import type { DiskCall, DiskFault } from '@tollgate/folder/simulated';
import { openIdIndex } from './id-index';
import { diskWith, feed, ledger, openTestIndex, spread, wrongAnswers } from './id-index.fixture';
import { readManifest, writeManifest } from './manifest';
import { mergeInline } from './merge';
import { IdRunDamaged, layoutOf } from './run-file';

const ids = spread(40);

test('a new index covers nothing and finds nothing, always in the same empty list', async () => {
  const { index } = await openTestIndex(createSimulatedDisk(), 0);
  expect(index.covered()).toBe(0);
  expect(index.places(1, 2)).toEqual([]);
  expect(index.places(1, 2)).toBe(index.places(3, 4));
});

test('without a folder all is kept in memory', async () => {
  const index = await openIdIndex({ ledger, last: 0, onWarning: fail });
  const many = spread(5_000);
  feed(index, many, 7);
  expect(wrongAnswers(index, many)).toEqual([]);
  expect(index.covered()).toBe(0);
  expect(index.sizes()).toMatchObject({ ids: 5_000, diskBytes: 0 });
  await index.close();
});

test('what is covered is found after a restart, and only the rest must be added again', async () => {
  const disk = await diskWith(ids);
  const { index } = await openTestIndex(disk, ids.length);
  expect(index.covered()).toBeGreaterThan(ids.length - 6);
  expect(wrongAnswers(index, ids, index.covered())).toEqual([]);
  feed(index, ids);
  expect(wrongAnswers(index, ids)).toEqual([]);
});

test('what was covered or is through is not added twice', async () => {
  const disk = await diskWith(ids);
  const { index } = await openTestIndex(disk, ids.length);
  for (let pass = 0; pass < 2; pass += 1) {
    for (const [offset, { high, low }] of ids.entries()) index.add(high, low, offset + 1);
    index.through(ids.length);
  }
  expect(wrongAnswers(index, ids)).toEqual([]);
  expect(index.sizes().ids).toBe(ids.length);
});

test('two ids of one event are both found', async () => {
  const { index } = await openTestIndex(createSimulatedDisk(), 0);
  index.add(1, 1, 7);
  index.add(2, 2, 7);
  index.through(7);
  expect([index.places(1, 1), index.places(2, 2)]).toEqual([[7], [7]]);
});

test('events without an id are covered with those that follow', async () => {
  const disk = createSimulatedDisk();
  const { index } = await openTestIndex(disk, 0);
  index.through(100);
  for (let place = 101; place <= 104; place += 1) index.add(place, place, place);
  index.through(110);
  await index.settled();
  expect(index.covered()).toBe(110);
});

test('runs stay few: each is made of those that are no larger', async () => {
  const many = spread(1_000);
  const disk = await diskWith(many);
  expect(disk.folder('account-table').names().length).toBeLessThanOrEqual(Math.log2(1_000 / 4) + 2);
});

test('while a merge goes on, full tables are searched, however many there are', async () => {
  let goOn!: () => void;
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  const { index } = await openTestIndex(createSimulatedDisk(), 0, {
    merge: async (folder, job) => {
      await gate;
      return await mergeInline(folder, job);
    },
  });
  feed(index, ids);
  expect(index.covered()).toBe(0);
  expect(wrongAnswers(index, ids)).toEqual([]);
  goOn();
  await index.settled();
  expect(index.covered()).toBe(40);
  expect(wrongAnswers(index, ids)).toEqual([]);
});

test('closing waits for the merge under way, and leaves the tables that wait to the next start', async () => {
  const disk = createSimulatedDisk();
  const { index } = await openTestIndex(disk, 0);
  feed(index, ids);
  await index.close();
  const again = await openTestIndex(disk, ids.length);
  expect(again.index.covered()).toBe(4);
  expect(again.warnings).toEqual([]);
});

/** Disk calls of filling an index, one by one. */
const callsOfFilling = async (): Promise<number> => {
  let calls = 0;
  const count = (): undefined => {
    calls += 1;
  };
  const { index } = await openTestIndex(createSimulatedDisk({ fault: count }), 0);
  for (let through = 4; through <= ids.length; through += 4) {
    feedUpTo(index, through);
    await index.settled();
  }
  return calls;
};

const feedUpTo = (index: Parameters<typeof feed>[0], through: number): void => {
  for (const [offset, { high, low }] of ids.slice(0, through).entries()) index.add(high, low, offset + 1);
  index.through(through);
};

const faultAt = (at: number, fault: DiskFault): ((call: DiskCall) => DiskFault | undefined) => {
  let calls = 0;
  return () => {
    calls += 1;
    return calls === at ? fault : undefined;
  };
};

test('killed at any call of the disk, in the middle of it or after it, no id is lost', async () => {
  const calls = await callsOfFilling();
  expect(calls).toBeGreaterThan(100);
  for (let at = 1; at <= calls; at += 1)
    for (const random of [0, 0.4, 0.99]) {
      const disk = createSimulatedDisk({ fault: faultAt(at, 'hangs'), random: () => random });
      void fillUntilKilled(disk);
      await turns();
      disk.kill();
      const { index, warnings } = await openTestIndex(disk, ids.length);
      expect(warnings).toEqual([]);
      expect(wrongAnswers(index, ids, index.covered())).toEqual([]);
      feed(index, ids, 3);
      await index.settled();
      expect(wrongAnswers(index, ids)).toEqual([]);
      expect(index.covered()).toBeGreaterThan(ids.length - 8);
    }
});

const fillUntilKilled = async (disk: ReturnType<typeof createSimulatedDisk>): Promise<void> => {
  const { index } = await openTestIndex(disk, 0);
  for (let through = 4; through <= ids.length; through += 4) {
    feedUpTo(index, through);
    await index.settled();
  }
};

/** Everything that can go on without the call that hangs. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
};

test.each(['ENOSPC', 'EIO'] as const)(
  'a call of the disk that fails with %s, any one, loses nothing and is made good',
  async (code) => {
    const calls = await callsOfFilling();
    for (let at = 3; at <= calls; at += 1) {
      const disk = createSimulatedDisk({ fault: faultAt(at, { code }) });
      const { index, warnings } = await openTestIndex(disk, 0);
      for (let through = 4; through <= ids.length; through += 4) {
        feedUpTo(index, through);
        await index.settled();
        expect(wrongAnswers(index, ids, through)).toEqual([]);
      }
      expect(warnings).toHaveLength(1);
      disk.kill();
      const again = await openTestIndex(disk, ids.length);
      expect(again.warnings).toEqual([]);
      expect(wrongAnswers(again.index, ids, again.index.covered())).toEqual([]);
      expect(again.index.covered()).toBeGreaterThanOrEqual(ids.length - 4);
      await again.index.close();
    }
  },
);

test('ids wait in memory while a run of them would leave the log less than 16 MiB: runs used to take the last room', async () => {
  let leftBytes = 16 << 20;
  const disk = createSimulatedDisk({ freeBytes: () => leftBytes });
  const { index, warnings } = await openTestIndex(disk, 0);
  feedUpTo(index, 8);
  await index.settled();
  expect(disk.folder('account-table').names()).toEqual([]);
  expect(warnings[0]).toContain('has no room');
  expect(wrongAnswers(index, ids, 8)).toEqual([]);
  leftBytes += 1 << 20;
  feedUpTo(index, 12);
  await index.settled();
  expect(index.covered()).toBeGreaterThanOrEqual(8);
  expect(wrongAnswers(index, ids, 12)).toEqual([]);
});

test('a log that is an older copy is refused, with both positions', async () => {
  const disk = await diskWith(ids);
  await expect(openTestIndex(disk, 12)).rejects.toThrow(/at position 4\d?, ahead of the log at 12/u);
  const { index } = await openTestIndex(disk, ids.length);
  expect(index.covered()).toBeGreaterThan(0);
});

test('the runs of another log are dropped', async () => {
  const disk = await diskWith(ids);
  const other = '00000000-0000-4000-8000-000000000000';
  const { index, warnings } = await openTestIndex(disk, ids.length, { ledger: other });
  expect(index.covered()).toBe(0);
  expect(warnings).toEqual([expect.stringContaining(`it is of log ${ledger}, this log is ${other}`)]);
  expect(disk.folder('account-table').names()).toEqual([]);
});

test('runs with a gap are dropped', async () => {
  const disk = await diskWith(ids);
  const folder = disk.folder('account-table');
  const [, ...later] = (await readManifest(folder))?.runs ?? [];
  expect(later.length).toBeGreaterThan(0);
  await writeManifest(folder, { ledger, runs: later });
  const { index, warnings } = await openTestIndex(disk, ids.length);
  expect([index.covered(), warnings.length]).toEqual([0, 1]);
  expect(folder.names()).toEqual([]);
});

test('a bit that changed in filter, fences or foot of a run drops all of them at the start', async () => {
  const many = spread(1_000);
  for (const part of ['filter', 'fences', 'foot'] as const)
    for (const within of [0, 0.3, 0.99]) {
      const disk = await diskWith(many, { tableIds: 300 });
      const folder = disk.folder('account-table');
      const { name, count } = (await readManifest(folder))?.runs[0] ?? { name: '', count: 0 };
      const { position, length } = layoutOf(count)[part];
      const file = await folder.open(name);
      const byte = new Uint8Array(1);
      const at = position + Math.floor(within * length);
      file.read(byte, { offset: 0, length: 1, position: at });
      await file.write(
        byte.map((value) => value ^ 4),
        at,
      );
      const { index, warnings } = await openTestIndex(disk, many.length, { tableIds: 300 });
      expect([index.covered(), warnings.length]).toEqual([0, 1]);
    }
});

test('a run that is missing, or cut, drops all of them', async () => {
  for (const harm of ['remove', 'cut'] as const) {
    const disk = await diskWith(ids);
    const folder = disk.folder('account-table');
    const name = folder.names().find((one) => one.startsWith('ids-')) ?? '';
    if (harm === 'remove') await folder.remove(name);
    else await (await folder.open(name)).truncate(4_096);
    const { index, warnings } = await openTestIndex(disk, ids.length);
    expect([index.covered(), warnings.length]).toEqual([0, 1]);
  }
});

test('other files of the folder are left alone', async () => {
  const disk = createSimulatedDisk();
  const folder = disk.folder('account-table');
  await folder.open('snapshot', { isNew: true });
  await folder.open('ids-leftover', { isNew: true });
  await openTestIndex(disk, 0);
  expect(folder.names()).toEqual(['snapshot']);
});

test('a damaged block that a merge meets ends the index, and the next start drops the runs', async () => {
  const disk = createSimulatedDisk();
  const { index } = await openTestIndex(disk, 0);
  feedUpTo(index, 4);
  await index.settled();
  const folder = disk.folder('account-table');
  const run = await folder.open(folder.names().find((name) => name.startsWith('ids-')) ?? '');
  await run.write(Uint8Array.of(1, 2, 3, 4), 20);
  feedUpTo(index, 8);
  await index.settled();
  expect(() => index.places(1, 1)).toThrow(IdRunDamaged);
  expect(() => index.through(9)).toThrow(IdRunDamaged);
  await index.close();
  const again = await openTestIndex(disk, ids.length);
  expect([again.index.covered(), again.warnings.length]).toEqual([0, 1]);
});

const fail = (message: string): never => {
  throw new Error(message);
};
