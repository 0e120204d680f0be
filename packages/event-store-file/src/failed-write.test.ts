import { LogUnavailable, noStream } from '@tollgate/event-store';
import type { EventBody } from '@tollgate/event-store';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import type { DiskCall, DiskFault } from '@tollgate/folder/simulated';
import { LogStuck } from './index';
import type { FileEventLog } from './index';
import { openLog, payment, readAll, withLog } from './log-folder.fixture';
import { createMapIndex } from './map-index.fixture';

/** A disk that can be told to fail, and a log on it that holds one event. */
const openOnFailingDisk = async (options: { segmentBytes?: number } = {}) => {
  let fault: (call: DiskCall) => DiskFault | undefined = () => undefined;
  let freeBytes = Infinity;
  const disk = createSimulatedDisk({
    fault: (call) => fault(call),
    freeBytes: () => freeBytes,
    turn: () => new Promise(setImmediate),
  });
  const index = createMapIndex();
  const log = await openLog(disk.folder('log'), { index, ...options });
  await append(log, 'first', noStream);
  return {
    ...{ disk, log, index },
    failing: (meant: typeof fault): void => {
      fault = meant;
    },
    withRoomFor: (bytes: number): void => {
      freeBytes = bytes;
    },
  };
};

const append = (log: FileEventLog<EventBody>, id: string, expectedRevision: number) =>
  log.append([{ stream: 'account-a', expectedRevision, events: [payment(id)] }]);

const idsIn = async (log: FileEventLog<EventBody>) => (await readAll(log)).map(({ eventId }) => eventId);

const recorded = (position: bigint) => [{ status: 'recorded', positions: [position] }];

/** As a new process finds it, after the machine has failed. */
const idsAfterFailure = async ({ disk }: { disk: ReturnType<typeof createSimulatedDisk> }) => {
  disk.failPower();
  return withLog(disk.folder('log'), idsIn);
};

const atWrites =
  (fault: DiskFault) =>
  ({ kind, path }: DiskCall): DiskFault | undefined =>
    kind === 'write' && path.endsWith('.log') ? fault : undefined;

describe('a write that fails', () => {
  test.each(['ENOSPC', 'EIO'] as const)(
    'with %s after any number of its bytes is undone: refused, nothing recorded, and the next one is recorded',
    async (code) => {
      for (let keptBytes = 0; keptBytes <= 400; keptBytes += 7) {
        const opened = await openOnFailingDisk();
        const { log, index } = opened;
        opened.failing(atWrites({ code, keptBytes }));
        await expect(append(log, 'failed', 0)).rejects.toThrow(LogUnavailable);
        await expect(append(log, 'failed again', 0)).rejects.toThrow(code);
        expect(index.discarded).toBe(2);
        expect(await idsIn(log)).toEqual(['first']);
        opened.failing(() => undefined);
        expect(await append(log, 'second', 0)).toEqual(recorded(2n));
        expect(await idsIn(log)).toEqual(['first', 'second']);
        expect(await idsAfterFailure(opened)).toEqual(['first', 'second']);
      }
    },
  );

  test('and that cannot be undone either has an unknown outcome: the log ends, and the next process reads it', async () => {
    for (const keptBytes of [0, 1, 100, 1_000]) {
      const opened = await openOnFailingDisk();
      const { log } = opened;
      const following = idsFollowed(log);
      opened.failing(({ kind, path }) =>
        path.endsWith('.log') && kind !== 'open' ? { code: 'EIO', keptBytes } : undefined,
      );
      const [results, later] = await Promise.all([
        log.append([
          { stream: 'account-a', expectedRevision: 7, events: [payment('conflicting')] },
          { stream: 'account-b', expectedRevision: noStream, events: [payment('unknown')] },
        ]),
        new Promise(setImmediate).then(() => append(log, 'later', 0).catch((error: unknown) => error)),
      ]);
      expect(results).toEqual([
        { status: 'conflict', currentRevision: 0 },
        { status: 'unknown', error: expect.any(LogUnavailable) as LogUnavailable },
      ]);
      expect(later).toBeInstanceOf(LogUnavailable);
      await expect(append(log, 'later still', 0)).rejects.toThrow(LogUnavailable);
      await expect(following).rejects.toThrow(LogStuck);
      await expect(log.done).rejects.toThrow(LogStuck);
      opened.failing(() => undefined);
      expect([['first'], ['first', 'unknown']]).toContainEqual(await idsAfterFailure(opened));
    }
  });

  test('is not begun where the disk has no room for it and for what is beside the log', async () => {
    const opened = await openOnFailingDisk();
    const { log, index } = opened;
    const appendLarge = (id: string) =>
      log.append([{ stream: 'account-b', expectedRevision: noStream, events: [payment(id, '1'.repeat(1 << 20))] }]);
    opened.withRoomFor(4 << 20);
    await expect(appendLarge('refused')).rejects.toThrow(/^the log in log cannot be written: the disk of log is full/);
    expect(index.discarded).toBe(1);
    // What its file has room for takes nothing of the disk.
    expect(await append(log, 'second', 0)).toEqual(recorded(2n));
    opened.withRoomFor(6 << 20);
    expect(await appendLarge('third')).toEqual(recorded(3n));
    expect(await idsAfterFailure(opened)).toEqual(['first', 'second', 'third']);
  });

  test.each(['open', 'write', 'rename'])(
    'where a new segment was to begin (%s) refuses the append and leaves the log as it was',
    async (failing) => {
      const opened = await openOnFailingDisk({ segmentBytes: 600 });
      const { log } = opened;
      opened.failing(({ kind, path }) =>
        kind === failing && !path.endsWith('/0000000000000001.log') ? { code: 'ENOSPC' } : undefined,
      );
      await expect(append(log, 'refused', 0)).rejects.toThrow(LogUnavailable);
      opened.failing(() => undefined);
      expect(await append(log, 'second', 0)).toEqual(recorded(2n));
      expect(await idsIn(log)).toEqual(['first', 'second']);
      expect(await idsAfterFailure(opened)).toEqual(['first', 'second']);
    },
  );
});

describe('a write that does not end', () => {
  test('after one that failed makes the log end after a while; its outcome is not known', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
    try {
      const opened = await openOnFailingDisk();
      const { log } = opened;
      opened.failing(atWrites({ code: 'EIO' }));
      await expect(append(log, 'failed', 0)).rejects.toThrow(LogUnavailable);
      opened.failing(atWrites('hangs'));
      const hanging = append(log, 'hanging', 0);
      for (let turns = 0; turns < 20; turns += 1) await new Promise(setImmediate);
      await jest.advanceTimersByTimeAsync(5_000);
      expect(await hanging).toMatchObject([{ status: 'unknown' }]);
      await expect(log.done).rejects.toThrow('the disk has not answered for 5 s');
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('an index that refuses what is recorded', () => {
  test('ends the log with its reason: for the append, later ones, whoever follows, and the process', async () => {
    const { log, index } = await openOnFailingDisk();
    const following = idsFollowed(log);
    index.failure = new Error('the log contradicts itself');
    await expect(append(log, 'second', 0)).rejects.toThrow(index.failure);
    await expect(append(log, 'third', 1)).rejects.toThrow(index.failure);
    await expect(following).rejects.toThrow(index.failure);
    await expect(log.done).rejects.toThrow(index.failure);
  });
});

const idsFollowed = async (log: FileEventLog<EventBody>): Promise<void> => {
  for await (const { isCaughtUp } of log.subscribe({ prefixes: [''], signal: new AbortController().signal }))
    if (isCaughtUp) continue;
};
