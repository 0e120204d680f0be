import { createEventIds } from './event-ids';

test('ids are UUIDs of version 4, and none comes twice', () => {
  const nextId = createEventIds();
  const ids = Array.from({ length: 10_000 }, nextId);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(10_000);
});

test('every digit of an id varies, but for its version and variant', () => {
  const nextId = createEventIds();
  const ids = Array.from({ length: 1_000 }, nextId);
  const seen = Array.from({ length: 36 }, (_, place) => new Set(ids.map((id) => id[place])).size);
  expect(seen.map((count, place) => ([8, 13, 18, 23].includes(place) ? count : Math.min(count, 16)))).toEqual(
    Array.from({ length: 36 }, (_, place) => ([8, 13, 14, 18, 23].includes(place) ? 1 : place === 19 ? 4 : 16)),
  );
});
