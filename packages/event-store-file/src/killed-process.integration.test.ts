import { join } from 'node:path';
import type { EventBody, RecordedEvent } from '@tollgate/event-store';
import { FolderInUse, lockFolder } from '@tollgate/folder';
import { startAppending } from './appending-process.fixture';
import type { AppendingProcess } from './appending-process.fixture';
import { createFolder, logOf, readAll, removeFolders, withLog } from './log-folder.fixture';

afterEach(removeFolders);

const kills = 10;
const writers = 4;
/** Not a divisor of anything that goes on in the process: kills fall before, in and after a write. */
const killDelaysMs = Array.from({ length: kills }, (_, round) => (round * 37) % 97);

const acknowledged = ({ reports }: AppendingProcess) => reports.flatMap(({ events = [] }) => events);

const delay = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('a process killed while it appends', () => {
  test(`has lost and doubled nothing that it acknowledged, ${String(kills)} times over`, async () => {
    const folder = await createFolder();
    const promised: [eventId: string, position: string][] = [];
    for (const delayMs of killDelaysMs) {
      const appending = startAppending(folder, { writers });
      await appending.saying(({ appended }) => appended !== undefined);
      await delay(delayMs);
      await appending.kill();
      expect(appending.reports.find(({ failed }) => failed !== undefined)).toBeUndefined();
      promised.push(...acknowledged(appending));
      const all = await withLog(logOf(folder), readAll);
      const found = new Map(all.map(({ eventId, position }) => [eventId, String(position)]));
      expect(found.size).toBe(all.length);
      expect(promised.filter(([eventId, position]) => found.get(eventId) !== position)).toEqual([]);
      checkWhole(all);
    }
    expect(promised.length).toBeGreaterThan(kills * 3);
  });

  test('leaves its folder free at once', async () => {
    const folder = await createFolder();
    const appending = startAppending(folder);
    await appending.saying(({ appended }) => appended !== undefined);
    await expect(lockFolder(join(folder, 'lock'))).rejects.toThrow(FolderInUse);
    await appending.kill();
    await (await lockFolder(join(folder, 'lock'))).release();
    expect((await withLog(logOf(folder), readAll)).length).toBeGreaterThanOrEqual(3);
  });

  test('is the only one to have had the log open: a second one is refused and changes nothing', async () => {
    const folder = await createFolder();
    const first = startAppending(folder);
    await first.saying(({ appended }) => appended !== undefined);
    const second = startAppending(folder);
    await second.ended;
    expect(second.reports).toMatchObject([{ failed: 'FolderInUse', retriable: false }, { isAlive: true }]);
    const before = first.reports.length;
    await first.saying(({ appended }) => appended !== undefined && first.reports.length > before + 10);
    await first.kill();
    checkWhole(await withLog(logOf(folder), readAll));
  });
});

/** Positions and revisions without a gap, and no append of three events by half. */
const checkWhole = (all: readonly RecordedEvent<EventBody>[]): void => {
  expect(all.map(({ position }) => Number(position))).toEqual(all.map((_, index) => index + 1));
  const lengths = new Map<string, number>();
  for (const { stream, revision } of all) {
    expect(revision).toBe(lengths.get(stream) ?? 0);
    lengths.set(stream, revision + 1);
  }
  expect([...lengths.values()].filter((length) => length % 3 !== 0)).toEqual([]);
};
