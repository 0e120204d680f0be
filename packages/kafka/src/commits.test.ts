import { setImmediate as nextTurn } from 'node:timers/promises';
import { createCommitted } from './committed';
import { createCommits } from './commits';
import { createProgress } from './progress';
import type { Tenure } from './tenure';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 9; turn += 1) await nextTurn();
};

/** A partition whose messages become durable one by one, and the offsets that were committed of it. */
const partition = () => {
  const committed: string[] = [];
  const progress = createProgress();
  const tenure: Tenure = {
    isOver: () => false,
    seek: () => undefined,
    commit: (offsets) => {
      committed.push(offsets?.topics[0]?.partitions[0]?.offset ?? '');
      return Promise.resolve();
    },
    partitions: new Map([['calls/0', { topic: 'calls', partition: 0, progress }]]),
  };
  const commits = createCommits(silent, { committed: createCommitted({ kept: new Map(), keep: () => undefined }) });
  let next = 0;
  const becomeDurable = async (): Promise<void> => {
    progress.markDurable(progress.handOut({ first: String(next), next: String(next + 1) }));
    next += 1;
    commits.commit(tenure);
    await turns();
  };
  return { committed, commits, becomeDurable };
};

test('the first is committed at once, and what follows it a tenth of a second later, together', async () => {
  const { committed, becomeDurable } = partition();
  for (let message = 0; message < 5; message += 1) await becomeDurable();
  expect(committed).toEqual(['1']);
  jest.advanceTimersByTime(99);
  await turns();
  expect(committed).toEqual(['1']);
  jest.advanceTimersByTime(1);
  await turns();
  expect(committed).toEqual(['1', '5']);
});

test('who has to leave does not wait for that', async () => {
  const { committed, commits, becomeDurable } = partition();
  await becomeDurable();
  await becomeDurable();
  await commits.flush();
  expect(committed).toEqual(['1', '2']);
  await becomeDurable();
  await becomeDurable();
  expect(committed).toEqual(['1', '2', '3']);
});
