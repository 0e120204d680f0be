import fc from 'fast-check';
import { createIdentities } from './identities';

const pair = fc.tuple(fc.constantFrom('a', 'ab', '1 a', ''), fc.constantFrom('', 'b', 'bb', 'ba'));
const textOf = (pairs: [string, string][]) => pairs.map((one) => JSON.stringify(one));

test('what was added and not struck off is left, as in a set', () => {
  fc.assert(
    fc.property(fc.array(pair), fc.array(pair), pair, (added, struck, asked) => {
      const identities = createIdentities();
      for (const [key, value] of added) identities.add(key, value);
      const all = new Set(textOf(added));
      expect(identities.size()).toBe(all.size);
      for (const [key, value] of struck)
        expect(identities.strike(key, Buffer.from(value))).toBe(all.has(JSON.stringify([key, value])));
      const left = new Set(textOf(added));
      for (const text of textOf(struck)) left.delete(text);
      expect(identities.left()).toBe(left.size);
      expect(identities.isLeft(...asked)).toBe(left.has(JSON.stringify(asked)));
    }),
  );
});

test('it grows beyond its first room', () => {
  const identities = createIdentities();
  for (let index = 0; index < 5_000; index += 1) identities.add(String(index), 'x');
  expect(identities.size()).toBe(5_000);
  for (let index = 0; index < 4_999; index += 1) identities.strike(String(index), 'x');
  expect([identities.left(), identities.isLeft('4999', 'x'), identities.isLeft('4998', 'x')]).toEqual([1, true, false]);
});
