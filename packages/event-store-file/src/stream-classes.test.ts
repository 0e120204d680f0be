import { classOf, selectionOf } from './stream-classes';

const classes = ['account-', 'cutoff-', 'rejected-'];

test('a stream is of the class of the first prefix that fits, and of class 0 if none does', () => {
  expect(['account-a', 'cutoff-a', 'rejected-0', 'other', 'accoun', ''].map((name) => classOf(classes, name))).toEqual([
    1, 2, 3, 0, 0, 0,
  ]);
  expect(classOf(['a', 'ab'], 'abc')).toBe(1);
  expect(classOf([], 'abc')).toBe(0);
});

test.each([
  ['one class', ['cutoff-'], [false, false, true, false]],
  ['two classes', ['cutoff-', 'rejected-'], [false, false, true, true]],
  ['a part of a class', ['account-a'], [false, true, false, false]],
  ['what is longer than no class', ['acc'], [true, true, false, false]],
  ['everything', [''], [true, true, true, true]],
  ['nothing', [], [false, false, false, false]],
  ['what is of no class', ['other-'], [true, false, false, false]],
])('a subscription to %s may want events of exactly the classes that have such streams', (_, prefixes, wanted) => {
  const { mayWant } = selectionOf(classes, prefixes);
  expect([0, 1, 2, 3].map(mayWant)).toEqual(wanted);
  expect(mayWant(200)).toBe(true);
});
