import { randomBytes } from 'node:crypto';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from 'lmdb';
import { LogDamaged } from '@tollgate/event-store';
import { startAppending } from './appending-process.fixture';
import { createFolder, dataFile, fill, payment, readAll, removeFolders, withLog } from './log-folder.fixture';

afterEach(removeFolders);

const eventCount = 2_000;

/** Changes one bit of the event with this text, where it lies on the disk. */
const flipBitAt = async (folder: string, text: string): Promise<void> => {
  const bytes = await readFile(dataFile(folder));
  for (let place = bytes.indexOf(text); place >= 0; place = bytes.indexOf(text, place + 1))
    bytes[place + 3] = (bytes[place + 3] ?? 0) ^ 1;
  await writeFile(dataFile(folder), bytes);
};

const damagedAt = async (revision: number): Promise<string> => {
  const folder = await createFolder();
  await fill(folder, 'account-a', 10);
  await flipBitAt(folder, `"amount-${String(revision)}"`);
  return folder;
};

describe('an event with a changed bit on the disk', () => {
  test('is not served by reading its stream, though the events before it are', async () => {
    const folder = await damagedAt(6);
    await withLog(folder, async (log) => {
      expect(await log.readStream('account-a', { limit: 6 })).toHaveLength(6);
      await expect(log.readStream('account-a', { limit: 10 })).rejects.toThrow(LogDamaged);
    });
  });

  test('ends a subscription before it, also one that does not ask for its stream', async () => {
    const folder = await damagedAt(6);
    await withLog(folder, async (log) => {
      const seen: string[] = [];
      const follow = async (prefixes: string[]) => {
        for await (const { events } of log.subscribe({ prefixes, maxEvents: 2, signal: AbortSignal.timeout(5_000) }))
          seen.push(...events.map(({ eventId }) => eventId));
      };
      await expect(follow(['account-'])).rejects.toThrow(LogDamaged);
      expect(seen).toEqual([0, 1, 2, 3, 4, 5].map((number) => `account-a.${String(number)}`));
      await expect(follow(['cutoff-'])).rejects.toThrow('the event at position 7 is damaged');
    });
  });

  test('keeps the index from being rebuilt over it', async () => {
    const folder = await damagedAt(6);
    await rm(join(folder, 'streams'), { recursive: true });
    await expect(withLog(folder, readAll)).rejects.toThrow(LogDamaged);
  });
});

describe('a log file that is not whole', () => {
  /** In a process of its own, which a read past the end of the file would kill. */
  const opening = async (folder: string) => {
    const appending = startAppending(folder, { times: 1 });
    const { signal } = await appending.ended;
    return { signal, failed: appending.reports.find(({ failed }) => failed !== undefined)?.failed };
  };

  test.each([
    ['half', 0.5],
    ['all but one page', 0.99999],
    ['a tenth', 0.1],
  ])('is refused at opening when only %s of it is left', async (_, share) => {
    const folder = await createFolder();
    await fill(folder, 'account-a', eventCount);
    const { length } = await readFile(dataFile(folder));
    await truncate(dataFile(folder), Math.floor(length * share));
    expect(await opening(folder)).toEqual({ signal: null, failed: 'LogDamaged' });
  });

  test.each([1, 100, 4_096, 8_191, 8_192])('is refused at opening when only %d bytes are left', async (sizeBytes) => {
    const folder = await createFolder();
    await fill(folder, 'account-a', 10);
    await truncate(dataFile(folder), sizeBytes);
    expect(await opening(folder)).toEqual({ signal: null, failed: 'LogDamaged' });
  });

  test('is refused at opening when it was overwritten with something else', async () => {
    const folder = await createFolder();
    await fill(folder, 'account-a', 10);
    await writeFile(dataFile(folder), randomBytes(100_000));
    expect(await opening(folder)).toEqual({ signal: null, failed: 'LogDamaged' });
  });

  test('is taken for the log that it is when nothing is missing, whatever its length', async () => {
    const folder = await createFolder();
    for (const [round, count] of [1, 7, 300, 2, 1_000].entries()) {
      await fill(folder, `account-${String(round)}`, count);
      expect(await opening(folder)).toEqual({ signal: null, failed: undefined });
    }
  });

  test('is refused when an event is missing between two others', async () => {
    const folder = await createFolder();
    await fill(folder, 'account-a', 10);
    const environment = open({ path: join(folder, 'log'), maxDbs: 4 });
    environment.openDB('records', { encoding: 'binary' }).removeSync(5);
    await environment.close();
    await withLog(folder, async (log) => {
      await expect(readAll(log)).rejects.toThrow(LogDamaged);
    });
  });
});

describe('opening', () => {
  test('refuses a log of another format and names both', async () => {
    const folder = await createFolder();
    await fill(folder, 'account-a', 1);
    const environment = open({ path: join(folder, 'log'), maxDbs: 4 });
    environment.openDB('meta', { encoding: 'json' }).putSync('format', 2);
    await environment.close();
    await expect(withLog(folder, readAll)).rejects.toThrow('written in log format 2; this Tollgate reads format 1');
  });

  test('leaves nothing open when it fails, so that the folder can be opened once it is put right', async () => {
    const folder = await damagedAt(6);
    await rm(join(folder, 'streams'), { recursive: true });
    await expect(withLog(folder, readAll)).rejects.toThrow(LogDamaged);
    await rm(join(folder, 'log'), { recursive: true });
    await rm(join(folder, 'streams'), { recursive: true });
    await fill(folder, 'account-a', 3);
    expect(await withLog(folder, readAll)).toHaveLength(3);
  });

  test('a subscription after a position the log does not reach is refused: it would miss what comes next', async () => {
    const folder = await createFolder();
    await fill(folder, 'account-a', 3);
    await withLog(folder, async (log) => {
      const batches = log.subscribe({ after: 4n, prefixes: [''], signal: new AbortController().signal });
      await expect(batches[Symbol.asyncIterator]().next()).rejects.toThrow('the log ends at 3');
      await log.append([{ stream: 'account-b', expectedRevision: -1, events: [payment('b')] }]);
    });
  });
});
