import type { PendingDecision } from '@tollgate/account-table';
import { Registry } from '@tollgate/service-runtime';
import { watchDecisions } from './watch-decisions';

const due = (causePlace: number): PendingDecision => ({ causePlace }) as PendingDecision;

const watched = (isShared = true) => {
  const now = { ms: Date.parse('2026-01-31T12:00:00.000Z'), place: 0, pending: [] as PendingDecision[] };
  const told: string[] = [];
  const tell = (_: object, message: string): void => void told.push(message);
  const part = watchDecisions({
    table: { pending: () => now.pending, place: () => now.place },
    isShared,
    clock: () => new Date(now.ms),
    logger: { debug: tell, info: tell, warn: tell, error: tell },
  });
  const registry = new Registry();
  part.observe?.([registry]);
  const seconds = async (): Promise<number> =>
    Number(/^tollgate_undecided_seconds (\S+)$/m.exec(await registry.metrics())?.[1]);
  return { now, told, part, seconds, check: () => part.readiness[0]?.check() };
};

afterEach(() => {
  jest.useRealTimers();
});
beforeEach(() => {
  jest.useFakeTimers();
});

test('where nobody decided nothing told so: after five seconds it is told, once, and when decisions come again', async () => {
  const { now, told, part, seconds, check } = watched();
  expect(check()).toEqual({ isReady: true, detail: 'recorded as they fall due' });
  Object.assign(now, { place: 7, pending: [due(7)] });
  expect(await seconds()).toBe(0);
  Object.assign(now, { ms: now.ms + 6_000, place: 9, pending: [due(7), due(9)] });
  jest.advanceTimersByTime(2_000);
  expect(await seconds()).toBe(6);
  expect(check()).toEqual({
    isReady: false,
    detail: '2 not recorded, since 2026-01-31T12:00:00.000Z: see whether a process with the role decide runs',
  });
  now.pending = [];
  jest.advanceTimersByTime(2_000);
  expect([await seconds(), check()?.isReady]).toEqual([0, true]);
  expect(told).toEqual([expect.stringContaining('not recorded'), 'decisions are recorded again']);
  await part.stop?.();
  expect(jest.getTimerCount()).toBe(0);
});

test('decisions that come, each in its time, are no delay, and ones that fall behind are', async () => {
  const { now, told, part, seconds } = watched();
  for (let place = 1; place <= 20; place += 1) {
    Object.assign(now, { ms: now.ms + 1_000, place, pending: [due(place)] });
    expect(await seconds()).toBe(0);
  }
  for (let place = 21; place <= 40; place += 1) {
    Object.assign(now, { ms: now.ms + 1_000, place, pending: [due(place - 8), due(place)] });
    jest.advanceTimersByTime(500);
  }
  expect(await seconds()).toBe(8);
  expect(told).toHaveLength(1);
  await part.stop?.();
});

test('readiness does not name it where this process is the only one, nor counts it where there are others', async () => {
  const alone = watched(false);
  expect(alone.part.readiness).toEqual([]);
  const shared = watched();
  expect(shared.part.readiness).toMatchObject([{ name: 'decisions', isAside: true }]);
  await Promise.all([alone.part.stop?.(), shared.part.stop?.()]);
});
