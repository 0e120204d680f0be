import { LogUnavailable } from '@tollgate/event-store';
import type { EventBody, EventLog } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { watchLog } from './watched-log';

const start = Date.parse('2026-01-31T12:00:00.000Z');

const event = { eventId: 'e', type: 'Noted', data: {}, metadata: {} };
let streams = 0;

/** A log on a disk that can be full, and what is said of it. */
const watched = () => {
  const lines: string[] = [];
  const write = (level: string) => (fields: object, message: string) => {
    lines.push(`${level} ${message}${'error' in fields ? ` (${String(fields.error)})` : ''}`);
  };
  const disk = { isFull: false, now: start };
  let probed = 0;
  const memory: EventLog<EventBody> = createMemoryEventLog();
  const log = watchLog<EventBody>(
    {
      ...memory,
      append: (appends) =>
        disk.isFull ? Promise.reject(new LogUnavailable('the disk is full')) : memory.append(appends),
      probe: () => {
        probed += 1;
        return disk.isFull ? Promise.reject(new LogUnavailable('the disk is full')) : memory.probe();
      },
    },
    {
      clock: () => new Date(disk.now),
      probes: { firstMs: 2, limitMs: 10 },
      logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    },
  );
  const append = (): Promise<string> =>
    log.append([{ stream: `account-${String((streams += 1))}`, expectedRevision: -1, events: [event] }]).then(
      () => 'recorded',
      (error: unknown) => String(error),
    );
  /** Waits for so many more. */
  const probes = async (count: number): Promise<void> => {
    const end = probed + count;
    while (probed < end || log.readiness().isReady === disk.isFull)
      await new Promise((resolve) => setImmediate(resolve));
  };
  return { log, disk, append, lines, probes };
};

const cannot =
  'warn the event log cannot be written: writes are refused and Kafka waits until it can (the disk is full)';
const again = 'info the event log is written again';

test('a log that cannot be written is not ready, and is told of once; so is that it can be again', async () => {
  const { log, disk, append, lines } = watched();
  await append();
  expect(log.readiness()).toEqual({ isReady: true, detail: 'can be written' });
  disk.isFull = true;
  expect(await append()).toBe('LogUnavailable: the disk is full');
  disk.now += 1_000;
  await append();
  expect(log.readiness()).toEqual({
    isReady: false,
    detail: 'no write succeeded since 2026-01-31T12:00:00.000Z: the disk is full',
  });
  disk.isFull = false;
  expect(await append()).toBe('recorded');
  expect(log.readiness().isReady).toBe(true);
  await append();
  expect(lines).toEqual([cannot, again]);
});

test('a log that cannot be written used to be ready again after 10 s; it is once a probe has succeeded', async () => {
  const { log, disk, append, probes } = watched();
  disk.isFull = true;
  await append();
  disk.now += 3_600_000;
  await probes(2);
  expect(log.readiness().isReady).toBe(false);
  disk.isFull = false;
  await probes(1);
  expect(log.readiness()).toEqual({
    isReady: true,
    detail: 'no write succeeded since 2026-01-31T12:00:00.000Z: the disk is full; since then it would take one again',
  });
  disk.isFull = true;
  await append();
  expect(log.readiness().isReady).toBe(false);
  log.unwatch();
});

test('a disk on which some writes fit and others do not is told of once a minute, and at last that all is well', async () => {
  const { disk, append, lines } = watched();
  for (let second = 0; second <= 60; second += 1) {
    disk.now = start + second * 1_000;
    for (const isFull of [true, false]) {
      disk.isFull = isFull;
      await append();
    }
  }
  expect(lines).toEqual([cannot, again, cannot, again]);
});
