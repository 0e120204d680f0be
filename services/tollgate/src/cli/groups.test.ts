import { groupsOf } from './groups';

test('a group is full with so many items, and the last holds what is left', () => {
  expect([...groupsOf([1, 2, 3, 4, 5], { items: 2 })]).toEqual([[1, 2], [3, 4], [5]]);
  expect([...groupsOf([], { items: 2 })]).toEqual([]);
});

test('a group is full once it has its bytes, and an item that has more goes by itself', () => {
  const room = { items: 10, bytes: 5, sizeOf: (text: string) => text.length };
  expect([...groupsOf(['abc', 'de', 'f', 'ghijklm', 'n'], room)]).toEqual([['abc', 'de'], ['f', 'ghijklm'], ['n']]);
});
