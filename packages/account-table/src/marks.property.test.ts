import fc from 'fast-check';
import { createMarks } from './marks';

const added = fc.array(fc.record({ number: fc.integer({ min: 0, max: 6 }), count: fc.integer({ min: 1, max: 40 }) }), {
  maxLength: 20,
});

test('each place of each stream is found under its index, in whatever order streams come', () => {
  fc.assert(
    fc.property(added, (runs) => {
      const marks = createMarks();
      const expected = new Map<number, number[]>();
      let place = 2 ** 32;
      for (const { number, count } of runs)
        for (let left = count; left > 0; left -= 1) {
          place += 1;
          marks.add(number, place);
          expected.set(number, [...(expected.get(number) ?? []), place]);
        }
      for (let number = 0; number <= 7; number += 1) {
        const places = expected.get(number) ?? [];
        expect(places.map((_, index) => marks.at(number, index))).toEqual(places);
        expect(marks.at(number, places.length)).toBeUndefined();
      }
      expect(marks.all()).toEqual([...expected].sort(([one], [other]) => one - other));
    }),
  );
});

test.each([
  [4_096, 1],
  [4_096, 2],
  [4_096, 8],
  [1, 100_000],
])(
  'of %d streams with %d marks each, a mark costs at most 48 bytes, where an array for each stream took 70',
  (streams, places) => {
    const marks = createMarks();
    for (let index = 0; index < places; index += 1)
      for (let number = 0; number < streams; number += 1) marks.add(number, index + 1);
    expect(marks.sizeBytes() / (streams * places)).toBeLessThanOrEqual(48);
  },
);
