import { createFilter, filterBytes } from './filter';
import { spread } from './id-index.fixture';

test('what was added may be there; of what was not, less than one in 500 seems to be', () => {
  const ids = spread(50_000);
  const filter = createFilter(new Uint8Array(filterBytes(ids.length)));
  for (const { high, low } of ids) filter.add(high, low);
  expect(ids.every(({ high, low }) => filter.mayHave(high, low))).toBe(true);
  const others = spread(100_000, 2).filter(({ high, low }) => filter.mayHave(high, low));
  expect(others.length).toBeGreaterThan(0);
  expect(others.length / 100_000).toBeLessThan(1 / 500);
});

test('a filter takes two bytes an id', () => {
  expect(filterBytes(1_000_000)).toBe(2_000_000);
  expect(filterBytes(1)).toBe(32);
});

test.each([0, 0xffff_ffff])('the first and the last block take ids, as of %d', (edge) => {
  const filter = createFilter(new Uint8Array(filterBytes(1_000)));
  filter.add(edge, edge);
  expect(filter.mayHave(edge, edge)).toBe(true);
  expect(filter.mayHave(edge, edge ^ 0x5555_5555)).toBe(false);
});
