import type { EventBody, RecordedEvent } from '@tollgate/event-store';
import { createTail } from './tail';

const event = (position: number): RecordedEvent<EventBody> => ({
  ...{ eventId: String(position), type: 'PaymentRecorded', data: {}, metadata: {} },
  ...{ stream: 'account-a', revision: position - 1, position: BigInt(position), recordedAt: '2026-01-31T12:00:00Z' },
});

const tailOf = (sizes: readonly number[]) => {
  const tail = createTail({ events: 10, bytes: 1_000 });
  sizes.forEach((bytes, index) => {
    tail.push([event(index + 1)], [bytes]);
  });
  return tail;
};
const positions = (found: readonly RecordedEvent<EventBody>[] | undefined): number[] | undefined =>
  found?.map(({ position }) => Number(position));

test('gives the newest events from a position on, and nothing where it does not reach', () => {
  const tail = tailOf(Array<number>(25).fill(1));
  expect(positions(tail.from(20n, 3))).toEqual([20, 21, 22]);
  expect(positions(tail.from(24n, 10))).toEqual([24, 25]);
  expect(tail.from(1n, 3)).toBeUndefined();
});

test('holds between one and two times its room, in events', () => {
  expect(positions(tailOf(Array<number>(20).fill(1)).from(1n, 1))).toEqual([1]);
  const shortened = tailOf(Array<number>(21).fill(1));
  expect(shortened.from(11n, 1)).toBeUndefined();
  expect(positions(shortened.from(12n, 100))).toHaveLength(10);
});

test('holds between one and two times its room, in bytes', () => {
  expect(positions(tailOf(Array<number>(5).fill(400)).from(1n, 1))).toEqual([1]);
  const shortened = tailOf(Array<number>(6).fill(400));
  expect(shortened.from(4n, 1)).toBeUndefined();
  expect(positions(shortened.from(5n, 100))).toEqual([5, 6]);
});

test('an event that alone is larger than the room is not held, and the next is', () => {
  const tail = tailOf([1, 5_000]);
  expect(tail.from(2n, 1)).toBeUndefined();
  tail.push([event(3)], [1]);
  expect(positions(tail.from(3n, 1))).toEqual([3]);
});
