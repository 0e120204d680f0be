import { createLag } from './lag';

const start = Date.parse('2026-01-31T12:00:00.000Z');

const lagAt = () => {
  const time = { ms: start };
  return { time, lag: createLag(() => new Date(time.ms)) };
};

test('reports are not ready until the database has answered, and tell each reason once', () => {
  const { lag, time } = lagAt();
  time.ms += 2_000;
  expect(lag.noteFailure('refused')).toBe(true);
  expect(lag.noteFailure('refused')).toBe(false);
  expect(lag.seconds()).toBe(2);
  expect(lag.readiness(undefined)).toEqual({
    isReady: false,
    detail: 'nothing is applied yet, behind since 2026-01-31T12:00:00.000Z: refused',
  });
  lag.noteWritten(true);
  expect(lag.seconds()).toBe(0);
  expect(lag.readiness(7n)).toEqual({ isReady: true, detail: 'applied up to position 7' });
});

test('reports are ready while they catch up within ten seconds of the log, and not while they are further behind', () => {
  const { lag, time } = lagAt();
  lag.noteWritten(true);
  lag.noteOldest('2026-01-31T12:00:00.000Z');
  time.ms += 10_000;
  expect(lag.readiness(7n).isReady).toBe(true);
  time.ms += 1;
  expect(lag.readiness(7n)).toEqual({
    isReady: false,
    detail: expect.stringContaining('"tollgate reporting rebuild" is faster') as string,
  });
});

test('one that another process overtakes stands by and is ready while that one keeps up, and says so no longer once it does not', () => {
  const { lag, time } = lagAt();
  lag.noteFailure('refused');
  lag.noteOldest('2026-01-31T12:00:00.000Z');
  lag.noteOvertaken();
  expect(lag.readiness(7n)).toEqual({
    isReady: true,
    detail: 'applied up to position 7; stands by: another process writes them',
  });
  time.ms += 10_001;
  expect(lag.readiness(7n)).toMatchObject({ isReady: false });
  lag.noteOldest('2026-01-31T12:00:10.000Z');
  expect(lag.readiness(9n)).toMatchObject({ isReady: true });
  lag.noteWritten(true);
  expect(lag.readiness(9n)).toEqual({ isReady: true, detail: 'applied up to position 9' });
});
