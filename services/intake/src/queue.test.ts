import type { Item, Outcome } from './intent';
import { createQueue } from './queue';

const http = { source: { receivedAt: '', channel: { http: 'r' } } };
const kafka = { source: { receivedAt: '', channel: { kafka: { topic: 't', partition: 0 } } }, offset: '0' };

const items = (count: number, metadata: Item['metadata'] = http): Item[] =>
  Array.from({ length: count }, () => ({
    intent: { type: 'ChangeCutoff', accountId: 'a', data: { balances: [] } },
    metadata,
  }));

const outcome = (revision: number): Outcome => ({ status: 'recorded', isDuplicate: false, revision, position: 1n });

const counts = (queue: ReturnType<typeof createQueue>): number[] => queue.take().map(({ count }) => count);

test('a group is at most 2,000 items, of one submission or of several, first come first served', () => {
  const queue = createQueue();
  for (const count of [600, 800, 1_600]) void queue.add(items(count));
  expect(queue.size()).toBe(3_000);
  expect([counts(queue), counts(queue), counts(queue)]).toEqual([[600, 800, 600], [1_000], []]);
});

test('single requests go first, and the group that answers them has as many items of what came in bulk and no more, while there were 500', () => {
  const queue = createQueue();
  void queue.add(items(3_000));
  for (let request = 0; request < 350; request += 1) void queue.add(items(1));
  expect(counts(queue)).toEqual([...new Array<number>(250).fill(1), 250]);
  expect(counts(queue)).toEqual([...new Array<number>(100).fill(1), 250]);
  void queue.add(items(1));
  expect([counts(queue), counts(queue)]).toEqual([[1, 250], [2_000]]);
});

test('single requests alone may take a whole group', () => {
  const queue = createQueue();
  for (let request = 0; request < 2_100; request += 1) void queue.add(items(1));
  expect([counts(queue).length, counts(queue).length]).toEqual([2_000, 100]);
});

test('one message of Kafka is no single request: it stays behind what came before it', () => {
  const queue = createQueue();
  void queue.add(items(2_200, kafka));
  void queue.add(items(1, kafka));
  expect([counts(queue), counts(queue)]).toEqual([[2_000], [200, 1]]);
});

test('a submission is answered once all of its items have their outcomes', async () => {
  const queue = createQueue();
  let answers: Outcome[] | undefined;
  const answered = queue.add(items(2_001)).then((given) => (answers = given));
  for (let share = queue.take(); share.length > 0; share = queue.take()) {
    await Promise.resolve();
    expect(answers).toBeUndefined();
    for (const { submission, start, count } of share)
      for (let place = start; place < start + count; place += 1) submission.outcomes[place] = outcome(place);
    queue.answer(share);
  }
  expect((await answered).map((given) => 'revision' in given && given.revision)).toEqual(
    Array.from({ length: 2_001 }, (_, place) => place),
  );
  expect(queue.size()).toBe(0);
});

test('a submission of which one group failed has failed, and nothing of it is worked on any more', async () => {
  const queue = createQueue();
  const failed = queue.add(items(2_500));
  const after = queue.add(items(7));
  const error = new Error('full');
  queue.fail(queue.take(), error);
  await expect(failed).rejects.toBe(error);
  expect(queue.size()).toBe(7);
  const shares = queue.take();
  expect(shares.map(({ count }) => count)).toEqual([7]);
  queue.answer(shares);
  await expect(after).resolves.toHaveLength(7);
});

test('what came over HTTP and waits for too long is told, with the writer or not; what was answered, came later or over Kafka is not', async () => {
  const queue = createQueue();
  const answered = queue.add(items(1));
  queue.answer(queue.take());
  const partly = queue.add(items(1_500));
  const messages = queue.add(items(2, kafka));
  const single = queue.add(items(1));
  const bulk = queue.add(items(3));
  const shares = queue.take();
  expect(shares.map(({ count }) => count)).toEqual([1, 250]);
  const before = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 2));
  const later = queue.add(items(1));
  const late = new Error('too late');
  queue.failOlder(before, late);
  for (const one of [partly, single, bulk]) await expect(one).rejects.toBe(late);
  await expect(answered).resolves.toHaveLength(1);
  queue.answer(shares);
  expect(queue.size()).toBe(3);
  queue.answer(queue.take());
  await expect(messages).resolves.toHaveLength(2);
  await expect(later).resolves.toHaveLength(1);
  expect(queue.size()).toBe(0);
});
