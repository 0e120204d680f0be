import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const printedBy = (fixture: string, ...flags: string[]): string =>
  execFileSync(process.execPath, [...flags, join(__dirname, fixture)], { encoding: 'utf8' });

test('the heap grows to little more than twice what is in use, where it grew to four times that', () => {
  const { most, least } = JSON.parse(printedBy('heap-growth.fixture.js')) as { most: number; least: number };
  expect(most / least).toBeGreaterThan(1.5);
  expect(most / least).toBeLessThan(3);
});

test('of a usage next to nothing outlives its answer, where arrays made among what is old kept it until the whole heap was collected', () => {
  // As large as it is under load, from where on V8 learns what lives long.
  const bytes = printedBy('tenured.fixture.js', '--min-semi-space-size=16');
  expect(bytes).toMatch(/^-?\d+$/);
  expect(Number(bytes)).toBeLessThan(100);
});
