import { Readable } from 'node:stream';
import type { AllStreamResolvedEvent, AllStreamSubscription, Position } from '@eventstore/db-client';
import { openFeed } from './feed';

const resolved = (commit: bigint): AllStreamResolvedEvent => ({
  event: {
    ...{ id: String(commit), type: 'Noted', isJson: true, streamId: 'tollgate-a', revision: commit },
    ...{ position: { commit, prepare: commit }, created: new Date(0), data: {}, metadata: {} },
  },
});

/** A subscription as the client's, which holds back up to 16 events and tells of checkpoints meanwhile. */
const open = (most = 100) => {
  let tell: ((position: Position) => void) | undefined;
  const readable = new Readable({ objectMode: true, read: () => undefined });
  const subscription = Object.assign(readable, {
    unsubscribe: () => Promise.resolve(),
  }) as unknown as AllStreamSubscription;
  const feed = openFeed({
    most,
    isCurrent: () => true,
    subscribe: (checkpointReached) => {
      tell = (position) => void checkpointReached(subscription, position);
      return subscription;
    },
  });
  const turn = () => new Promise(setImmediate);
  return { feed, subscription, turn, tell: (position: Position) => tell?.(position) };
};

const positionsOf = (feed: ReturnType<typeof open>['feed'], limit = 100) => {
  const taken = feed.take(limit);
  return taken && { ...taken, events: taken.events.map(({ position }) => position.commit) };
};

test('a checkpoint counts only once the events before it have been taken', async () => {
  const { feed, subscription, tell, turn } = open();
  await turn();
  subscription.pause();
  subscription.push(resolved(10n));
  subscription.push(resolved(20n));
  tell({ commit: 50n, prepare: 50n });
  expect(feed.take(100)?.reached).toBeUndefined();
  subscription.resume();
  await turn();
  expect(positionsOf(feed, 1)).toEqual({ events: [10n], reached: undefined, isCaughtUp: false });
  expect(positionsOf(feed)).toEqual({ events: [20n], reached: 50n, isCaughtUp: false });
});

test('a checkpoint of catching up, which names an event that was not looked at, counts for nothing', async () => {
  const { feed, tell, turn } = open();
  await turn();
  tell({ commit: 50n, prepare: 0n });
  expect(feed.take(100)).toBeUndefined();
});

test('it is caught up once the server has said so and nothing is left', async () => {
  const { feed, subscription, turn } = open();
  await turn();
  for (const commit of [10n, 20n, 30n]) subscription.push(resolved(commit));
  subscription.emit('caughtUp');
  await turn();
  expect(positionsOf(feed, 2)).toMatchObject({ events: [10n, 20n], isCaughtUp: false });
  expect(positionsOf(feed, 2)).toMatchObject({ events: [30n], isCaughtUp: true });
  expect(feed.take(2)).toBeUndefined();
});

test('what nobody takes is left with the server, but for some', async () => {
  const { feed, subscription, turn } = open(5);
  for (let commit = 1n; commit <= 40n; commit += 1n) subscription.push(resolved(commit));
  await turn();
  expect(subscription.readableLength).toBe(35);
  const taken: bigint[] = [];
  for (let batch = positionsOf(feed, 3); batch !== undefined; batch = positionsOf(feed, 3)) {
    taken.push(...batch.events);
    await turn();
  }
  expect(taken).toEqual(Array.from({ length: 40 }, (_, index) => BigInt(index + 1)));
});

test('a failure is told after everything that came before it, and is not being caught up', async () => {
  const { feed, subscription, turn } = open();
  subscription.emit('caughtUp');
  subscription.push(resolved(10n));
  await turn();
  const error = new Error('10 ABORTED');
  subscription.emit('error', error);
  expect(positionsOf(feed)).toMatchObject({ events: [10n], isCaughtUp: false });
  expect(feed.failure()).toEqual({ error });
});
