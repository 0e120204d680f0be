import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

test('the heap grows to little more than twice what is in use, where it grew to four times that', () => {
  const printed = execFileSync(process.execPath, [join(__dirname, 'heap-growth.fixture.js')], { encoding: 'utf8' });
  const { most, least } = JSON.parse(printed) as { most: number; least: number };
  expect(most / least).toBeGreaterThan(1.5);
  expect(most / least).toBeLessThan(3);
});
