type Room<Item> = { items: number; bytes?: number; sizeOf?: (item: Item) => number };

/** Items in groups of at most so many and about so many bytes, in their order. */
export function* groupsOf<Item>(items: readonly Item[], room: Room<Item>): Generator<Item[]> {
  const { items: most, bytes = Infinity, sizeOf = () => 0 } = room;
  let group: Item[] = [];
  let sizeBytes = 0;
  for (const item of items) {
    group.push(item);
    sizeBytes += sizeOf(item);
    if (group.length < most && sizeBytes < bytes) continue;
    yield group;
    group = [];
    sizeBytes = 0;
  }
  if (group.length > 0) yield group;
}
