import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createFolder, fill, payment, readAll, removeFolders, withLog } from './log-folder.fixture';

afterEach(removeFolders);

const indexOf = (folder: string) => join(folder, 'streams');

describe('the stream index', () => {
  test('is rebuilt from the log when it was deleted', async () => {
    const folder = await createFolder();
    await fill(folder, 'account-a', 5);
    await fill(folder, 'account-b', 3);
    await rm(indexOf(folder), { recursive: true });
    await withLog(folder, async (log) => {
      const all = await readAll(log);
      for (const stream of ['account-a', 'account-b'])
        expect(await log.readStream(stream, { limit: 10 })).toEqual(all.filter((event) => event.stream === stream));
    });
  });

  test('is brought up to date when it is behind the log, and the next revision follows the last recorded one', async () => {
    const folder = await createFolder();
    await fill(folder, 'account-a', 2);
    await cp(indexOf(folder), join(folder, 'earlier'), { recursive: true });
    await withLog(folder, (log) =>
      log.append([{ stream: 'account-a', expectedRevision: 1, events: [payment('late-1'), payment('late-2')] }]),
    );
    await rm(indexOf(folder), { recursive: true });
    await cp(join(folder, 'earlier'), indexOf(folder), { recursive: true });
    await withLog(folder, async (log) => {
      expect(await log.readStream('account-a', { limit: 10 })).toEqual(await readAll(log));
      expect(await log.append([{ stream: 'account-a', expectedRevision: 1, events: [payment('x')] }])).toEqual([
        { isAppended: false, currentRevision: 3 },
      ]);
    });
  });

  test('that is ahead of its log is not believed: the log is an older copy, and it is left as it is', async () => {
    const folder = await createFolder();
    await fill(folder, 'account-a', 2);
    await cp(join(folder, 'log'), join(folder, 'older'), { recursive: true });
    await fill(folder, 'account-b', 2);
    await rm(join(folder, 'log'), { recursive: true });
    await cp(join(folder, 'older'), join(folder, 'log'), { recursive: true });
    const before = await readFile(join(folder, 'log', 'data.mdb'));
    await expect(withLog(folder, readAll)).rejects.toThrow(
      'ends at 2, though its index knows 4 events: restore both from one copy',
    );
    expect(before.equals(await readFile(join(folder, 'log', 'data.mdb')))).toBe(true);
    await rm(indexOf(folder), { recursive: true });
    expect(await withLog(folder, readAll)).toHaveLength(2);
  });

  test('is rebuilt, and told of, when its files are damaged', async () => {
    const folder = await createFolder();
    await fill(folder, 'account-a', 5);
    await rm(join(indexOf(folder), 'CURRENT'));
    await withLog(folder, async (log) => {
      expect(await log.readStream('account-a', { limit: 10 })).toHaveLength(5);
    });
  });
});
