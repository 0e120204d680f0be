type Room<Item> = { items: number; bytes?: number; sizeOf?: (item: Item) => number };

/** Items in groups of at most so many and about so many bytes, in their order. */
export async function* groupsOf<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  { items: most, bytes = Infinity, sizeOf = () => 0 }: Room<Item>,
): AsyncGenerator<Item[]> {
  let group: Item[] = [];
  let sizeBytes = 0;
  for await (const item of items) {
    group.push(item);
    sizeBytes += sizeOf(item);
    if (group.length < most && sizeBytes < bytes) continue;
    yield group;
    group = [];
    sizeBytes = 0;
  }
  if (group.length > 0) yield group;
}
