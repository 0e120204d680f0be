import fc from 'fast-check';
import { createAccountIndex } from './account-index';

const unit = fc.constantFrom('a', 'b', 'A', '0', '1', '.', '_', '-');
const accountId = fc.string({ unit, minLength: 1, maxLength: 64 });

test.each([
  ['their own', undefined],
  ['one of four', (id: string): number => (id.length % 4) * 2 ** 30],
  ['the same, at the end', (): number => 2 ** 32 - 1],
])('finds what a map finds, and nothing else, where ids have hashes of %s', (_whose, hashOf) => {
  fc.assert(
    fc.property(fc.uniqueArray(accountId, { maxLength: 60 }), fc.array(accountId), (opened, asked) => {
      const index = createAccountIndex(hashOf);
      const map = new Map(opened.map((id, slot) => [id, slot]));
      for (const [id, slot] of map) index.put(id, slot);
      expect(index.count).toBe(map.size);
      for (const id of [...opened, ...asked]) expect(index.slotOf(id)).toBe(map.get(id));
    }),
  );
});

const nameOf = (slot: number): string => `partner-${String(slot)}`;
const indexOf = (accounts: number) => {
  const index = createAccountIndex();
  for (let slot = 0; slot < accounts; slot += 1) index.put(nameOf(slot), slot);
  return index;
};

test('finds all of them however often it has grown', () => {
  const accounts = 50_000;
  const index = indexOf(accounts);
  for (let slot = 0; slot < accounts; slot += 1) expect(index.slotOf(nameOf(slot))).toBe(slot);
  expect(index.slotOf(nameOf(accounts))).toBeUndefined();
});

test('an account takes forty bytes of it, and its id', () => {
  const accounts = 50_000;
  const idBytes = nameOf(accounts).length;
  expect(indexOf(accounts).sizeBytes / accounts).toBeLessThan(40 + idBytes);
});

test.each([
  ['longer than its length could say', 'x'.repeat(256)],
  ['of other letters than ASCII', 'Zürich'],
])('an id %s is refused, and what is there stays', (_what, id) => {
  const index = indexOf(3);
  expect(() => {
    index.put(id, 3);
  }).toThrow('an account id');
  expect(index.count).toBe(3);
  expect(index.slotOf(id)).toBeUndefined();
  index.put('next', 3);
  expect(['next', nameOf(0), nameOf(1), nameOf(2)].map(index.slotOf)).toEqual([3, 0, 1, 2]);
});

test('a text that only ends differently, or whose letters are those of another by their lower bytes, is not taken for it', () => {
  const index = createAccountIndex();
  index.put('acme', 0);
  for (const id of ['acm', 'acme1', '\u0161cme', '\u0161\u0163\u016d\u0165', ''])
    expect(index.slotOf(id)).toBeUndefined();
});
