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

const pass = async (ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 50) {
    jest.advanceTimersByTime(50);
    await turns();
  }
};

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 9; turn += 1) await nextTurn();
};

/** A partition whose messages become durable one by one, and the offsets that were committed of it. */
const partition = () => {
  const committed: string[] = [];
  const progress = createProgress();
  const state = { isAway: false, isOver: false };
  const tenure: Tenure = {
    isOver: () => state.isOver,
    seek: () => undefined,
    commit: (offsets) => {
      committed.push(offsets?.topics[0]?.partitions[0]?.offset ?? '');
      return state.isAway ? Promise.reject(new Error('the coordinator is loading')) : Promise.resolve();
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
  return { committed, commits, becomeDurable, state, tenure };
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

test('a commit that failed, of a topic that then went quiet, used to be left until the end; it is made again', async () => {
  const { committed, becomeDurable, state } = partition();
  state.isAway = true;
  await becomeDurable();
  expect(committed).toEqual(['1']);
  await pass(100);
  expect(committed).toEqual(['1', '1']);
  state.isAway = false;
  await pass(1_000);
  expect(committed).toEqual(['1', '1', '1']);
  await pass(2_000);
  expect(committed).toHaveLength(3);
});

test('one that keeps failing is made again less and less often, also when somebody has to leave, and not at all once its tenure is over', async () => {
  const { committed, commits, becomeDurable, state } = partition();
  state.isAway = true;
  await becomeDurable();
  await pass(10_000);
  void commits.flush();
  await pass(10_000);
  // Of a second, up to half is left out.
  expect(committed.length).toBeGreaterThan(20);
  expect(committed.length).toBeLessThan(50);
  state.isOver = true;
  committed.length = 0;
  await pass(5_000);
  expect(committed).toEqual([]);
});

test('what an earlier generation left used to keep the present one from its commit, if it became durable in the pause before', async () => {
  const { committed, commits, becomeDurable } = partition();
  const earlier = partition();
  earlier.state.isOver = true;
  await becomeDurable();
  await becomeDurable();
  commits.commit(earlier.tenure);
  await pass(100);
  expect(committed).toEqual(['1', '2']);
});

test('who had to leave and could not commit used to hurry the generation after it: while it was busy, a commit followed at once on each', async () => {
  const { committed, commits, tenure } = partition();
  const earlier = partition();
  earlier.state.isAway = true;
  await earlier.becomeDurable();
  commits.commit(earlier.tenure);
  await turns();
  void commits.flush();
  earlier.state.isOver = true;

  let next = 0;
  const becomeDurable = (): void => {
    const progress = tenure.partitions.get('calls/0')?.progress;
    const held = progress?.handOut({ first: String(next), next: String(next + 1) });
    if (held) progress?.markDurable(held);
    next += 1;
  };
  const commit: Tenure['commit'] = async (offsets) => {
    await tenure.commit(offsets);
    if (next < 100) becomeDurable();
  };
  becomeDurable();
  commits.commit({ ...tenure, commit });
  await pass(1_000);
  expect(committed.length).toBeGreaterThan(5);
  expect(committed.length).toBeLessThanOrEqual(11);
});
