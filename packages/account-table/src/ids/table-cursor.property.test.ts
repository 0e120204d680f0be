import fc from 'fast-check';
import { createIdTable } from './id-table';
import { cursorOverTable } from './table-cursor';

const anEdge = fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff);
const anId = fc.tuple(fc.oneof(anEdge, fc.nat(0xffff_ffff)), anEdge);

test('the entries of a table come sorted by fingerprint and place, those past its end too', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.array(anId, { maxLength: 300, size: 'max' }), (size, ids) => {
      const table = createIdTable(size);
      for (const [index, [high, low]] of ids.entries()) table.add(high, low, index + 1);
      const entries: number[][] = [];
      const cursor = cursorOverTable(table.memory);
      while (cursor.advance()) entries.push([cursor.high, cursor.low, cursor.place]);
      expect(cursor.advance()).toBe(false);
      const expected = ids.map(([high, low], index) => [high, low, index + 1]);
      expected.sort((one, other) => {
        const differing = one.findIndex((value, index) => value !== other[index]);
        return (one[differing] ?? 0) - (other[differing] ?? 0);
      });
      expect(entries).toEqual(expected);
    }),
  );
});
