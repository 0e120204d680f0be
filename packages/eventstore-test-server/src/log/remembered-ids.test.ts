import { createRememberedIds } from './remembered-ids';

const remembered = (others: number) => {
  const ids = createRememberedIds();
  ids.remember('first', 'account-a', 7n);
  for (let index = 0; index < others; index += 1) ids.remember(`${index}`, 'noise', BigInt(index));
  return ids.revisionIn('account-a', 'first');
};

test.each([
  { others: 100_000, revision: 7n },
  { others: 125_000, revision: undefined },
])('after $others other ids the first is at revision $revision', ({ others, revision }) => {
  expect(remembered(others)).toBe(revision);
});

test('an id has one place, the first, and is unknown in other streams', () => {
  const ids = createRememberedIds();
  ids.remember('a', 'account-a', 0n);
  ids.remember('a', 'account-b', 3n);
  expect(ids.revisionIn('account-a', 'a')).toBe(0n);
  expect(ids.revisionIn('account-b', 'a')).toBeUndefined();
});
