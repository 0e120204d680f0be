import { createFilter, filterBytes, filterPieces } from './filter';
import { spread } from './id-index.fixture';

test('what was added may be there; of what was not, less than one in 500 seems to be', () => {
  const ids = spread(50_000);
  const filter = createFilter(filterPieces(ids.length));
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

test('a filter is in pieces: as one block each that was given back raised by its size what malloc keeps in every thread', () => {
  const ids = spread(300_000);
  const pieces = filterPieces(ids.length);
  expect(pieces.map(({ length }) => length)).toEqual([262_144, 262_144, 75_712]);
  const filter = createFilter(pieces);
  for (const { high, low } of ids) filter.add(high, low);
  expect(ids.every(({ high, low }) => filter.mayHave(high, low))).toBe(true);
  const again = createFilter(pieces.map((piece) => piece.slice()));
  expect(spread(2_000, 3).filter(({ high, low }) => again.mayHave(high, low))).toEqual(
    spread(2_000, 3).filter(({ high, low }) => filter.mayHave(high, low)),
  );
  expect(pieces.every((piece) => piece.some((byte) => byte !== 0))).toBe(true);
});

test.each([0, 0xffff_ffff])('the first and the last block take ids, as of %d', (edge) => {
  const filter = createFilter(filterPieces(1_000));
  filter.add(edge, edge);
  expect(filter.mayHave(edge, edge)).toBe(true);
  expect(filter.mayHave(edge, edge ^ 0x5555_5555)).toBe(false);
});
