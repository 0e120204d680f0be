import fc from 'fast-check';
import { createSortedKeys } from './sorted-keys';

const universe = 2_000;
/** Keys whose order is not that of their numbers. */
const keyOf = (number: number): string => `${String((number * 7919) % universe)}/${String(number % 3)}`;

const step = fc.oneof(
  fc.record({ do: fc.constantFrom('in' as const, 'out' as const), number: fc.nat(universe - 1) }),
  fc.record({ do: fc.constant('many' as const), number: fc.nat(universe - 1) }),
  fc.record({ do: fc.constantFrom('look' as const, 'settle' as const, 'store' as const), number: fc.nat(universe) }),
);

test('whatever comes and goes, whenever somebody looks, a page is the keys after one, in order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 700 }), (steps, limit) => {
      const members = new Set<number>();
      const source = { keyOf, has: (number: number) => members.has(number) };
      let keys = createSortedKeys(source);
      const put = (number: number): void => {
        members.add(number);
        keys.touch(number);
      };
      const expected = (after: string | undefined): number[] =>
        [...members]
          .filter((number) => after === undefined || keyOf(number) > after)
          .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
          .slice(0, limit);
      const apply: Record<(typeof steps)[number]['do'], (number: number) => void> = {
        in: put,
        many: (number) => {
          for (let one = number; one < universe; one += 1) put(one);
        },
        out: (number) => {
          members.delete(number);
          keys.touch(number);
        },
        look: (number) => {
          expect(keys.page(keyOf(number), limit)).toEqual(expected(keyOf(number)));
        },
        settle: () => {
          keys.settle();
        },
        store: () => {
          const order = keys.order();
          keys = createSortedKeys(source);
          keys.restore(order);
          const known = new Set(order);
          for (const member of members) if (!known.has(member)) keys.touch(member);
        },
      };
      for (const { do: what, number } of steps) apply[what](number);
      expect(keys.page(undefined, limit)).toEqual(expected(undefined));
      expect(keys.page('~', limit)).toEqual([]);
    }),
  );
});
