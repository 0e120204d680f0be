import { backoffMs } from './index';

const backoff = { firstMs: 100, limitMs: 3_000 };
const attempts = [0, 1, 2, 3, 4, 5, 6, 1_000];

test('a pause doubles up to the limit, and is never longer', () => {
  const longest = attempts.map((attempt) => backoffMs(attempt, backoff, () => 0));
  expect(longest).toEqual([100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000]);
});

test('a pause is never shorter than half of that', () => {
  const shortest = attempts.map((attempt) => backoffMs(attempt, backoff, () => 1));
  expect(shortest).toEqual([50, 100, 200, 400, 800, 1_500, 1_500, 1_500]);
});

test('all who lost the same thing at the same moment came back at the same moment', () => {
  const pauses = Array.from({ length: 200 }, () => backoffMs(5, backoff));
  expect(new Set(pauses).size).toBeGreaterThan(50);
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_500);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(3_000);
});
