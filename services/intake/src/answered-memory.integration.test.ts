import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

test('of single requests nothing outlives its answer, where a set of those that wait kept half of them until all of the heap was collected', () => {
  const grown = execFileSync(process.execPath, [join(__dirname, 'answered-memory.fixture.js')], { encoding: 'utf8' });
  expect(grown).toMatch(/^\d+$/);
  expect(Number(grown)).toBeLessThan(5e6);
});
