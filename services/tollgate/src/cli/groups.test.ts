import { groupsOf } from './groups';

const all = async <Item>(...given: Parameters<typeof groupsOf<Item>>): Promise<Item[][]> => {
  const groups: Item[][] = [];
  for await (const group of groupsOf(...given)) groups.push(group);
  return groups;
};

test('a group is full with so many items, and the last holds what is left', async () => {
  expect(await all([1, 2, 3, 4, 5], { items: 2 })).toEqual([[1, 2], [3, 4], [5]]);
  expect(await all([], { items: 2 })).toEqual([]);
});

test('a group is full once it has its bytes, and an item that has more goes by itself', async () => {
  const room = { items: 10, bytes: 5, sizeOf: (text: string) => text.length };
  expect(await all(['abc', 'de', 'f', 'ghijklm', 'n'], room)).toEqual([['abc', 'de'], ['f', 'ghijklm'], ['n']]);
});
