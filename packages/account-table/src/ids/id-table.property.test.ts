import fc from 'fast-check';
import { createIdTable } from './id-table';

const anEdge = fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff);
const anId = fc.tuple(fc.oneof(anEdge, fc.nat(0xffff_ffff)), anEdge);

test('a table finds what a map does, however much it grows', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.array(anId, { maxLength: 120 }), (size, ids) => {
      const table = createIdTable(size);
      for (const [index, [high, low]] of ids.entries()) table.add(high, low, index + 1);
      expect(table.count).toBe(ids.length);
      for (const [high, low] of [...ids, [5, 5] as const])
        expect((table.places(high, low) ?? []).sort((one, other) => one - other)).toEqual(
          ids.flatMap(([otherHigh, otherLow], index) => (otherHigh === high && otherLow === low ? [index + 1] : [])),
        );
    }),
  );
});

test('a search ends in a table however small and full', () => {
  for (let size = 1; size <= 9; size += 1) {
    const table = createIdTable(size);
    for (let place = 1; place <= 20; place += 1) {
      table.add(place, place, place);
      expect(table.places(0, 0)).toBeUndefined();
    }
  }
});

test('a table that is wiped, part by part, has nothing left of what was in it', () => {
  const table = createIdTable(100_000);
  const ids = [1, 0x4000_0000, 0xffff_ffff];
  for (let pass = 0; pass < 2; pass += 1) {
    for (const high of ids) table.add(high, 2, 3);
    let parts = 1;
    while (!table.wipe()) parts += 1;
    expect(parts).toBe(table.sizeBytes / 2 ** 18);
    expect([table.count, ...ids.map((high) => table.places(high, 2))]).toEqual([0, undefined, undefined, undefined]);
    expect(table.wipe()).toBe(true);
  }
});
