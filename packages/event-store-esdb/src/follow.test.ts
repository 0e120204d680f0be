import type { AllStreamRecordedEvent } from '@eventstore/db-client';
import { LogDamaged, SubscriptionDropped } from '@tollgate/event-store';
import type { Delivery, Feed } from './feed';
import { followStore } from './follow';
import type { Store } from './store';

const eventAt = (position: bigint): AllStreamRecordedEvent => ({
  ...{ id: `id of ${String(position)}`, type: 'Noted', isJson: true, streamId: 'tollgate-a', revision: position },
  ...{ position: { commit: position, prepare: position }, created: new Date(0), data: {}, metadata: {} },
});

type Script = { deliveries?: Partial<Delivery & { positions: bigint[] }>[]; failure?: Error };

const burst = new Error('10 ABORTED: Operation timed out: Consumer too slow to handle event while live.');

/** A feed that brings what is written, then fails or is silent. */
const feedOf = ({ deliveries = [], failure }: Script): Feed => {
  const left = [...deliveries];
  let asked = 0;
  return {
    take: () => {
      const next = left.shift();
      if (next === undefined) return undefined;
      const { positions = [], reached, isCaughtUp = false } = next;
      return { events: positions.map(eventAt), reached, isCaughtUp };
    },
    news: () => ((asked += 1) > 1_000 ? Promise.reject(new Error('asked for ever')) : Promise.resolve()),
    failure: () => (left.length === 0 && failure !== undefined ? { error: failure } : undefined),
    isCurrent: () => true,
    close: () => undefined,
  };
};

/** A store whose $all ends where `ends` say, one after another, and whose subscriptions are as written. */
const storeOf = (scripts: Script[], ends: (bigint | Error)[]) => {
  const asked: (bigint | undefined)[] = [];
  const unused = () => Promise.reject(new Error('not asked in this test'));
  const store: Store = {
    ...{ append: unused, readStream: unused, cutsOf: unused, close: unused, giveUp: () => undefined },
    read: (position) => Promise.resolve(position < 1_000n ? eventAt(position) : undefined),
    last: () => {
      const end = ends.length > 1 ? ends.shift() : ends[0];
      return end instanceof Error ? Promise.reject(end) : Promise.resolve(end);
    },
    feed: ({ after }) => {
      asked.push(after);
      return feedOf(scripts.shift() ?? {});
    },
  };
  return { store, asked };
};

/** What is given until so many batches have come, or why there were no more. */
const given = async (store: Store, count: number, after?: bigint) => {
  const stop = new AbortController();
  const batches: [bigint[], bigint, boolean][] = [];
  const selection = { after, prefixes: ['tollgate-'], maxEvents: 10, signal: stop.signal };
  try {
    for await (const { events, position, isCaughtUp } of followStore({ store, timing: { silenceMs: 1 } }, selection)) {
      batches.push([events.map((event) => event.position.commit), position, isCaughtUp]);
      if (batches.length === count) stop.abort();
    }
  } catch (error) {
    return { batches, error };
  }
  return { batches, error: undefined };
};

test('a subscription that a burst ended is taken up again from the last event that was handed over', async () => {
  const scripts = [
    { deliveries: [{ positions: [10n, 20n] }, { positions: [30n], isCaughtUp: true }], failure: burst },
    { deliveries: [{ positions: [40n, 50n], isCaughtUp: true }] },
  ];
  const { store, asked } = storeOf(scripts, [25n, 50n]);
  expect(await given(store, 3)).toEqual({
    batches: [
      [[10n, 20n], 20n, false],
      [[30n], 30n, true],
      [[40n, 50n], 50n, true],
    ],
    error: undefined,
  });
  expect(asked).toEqual([undefined, 30n]);
});

test('one that a burst ends before anything has come is left to its reader, who waits longer each time', async () => {
  const { store } = storeOf([{ failure: burst }], [25n]);
  expect((await given(store, 1)).error).toBeInstanceOf(SubscriptionDropped);
});

test('a silent subscription of a store that has moved on is taken up again, and one of a quiet store is left alone', async () => {
  const scripts = [
    { deliveries: [{ positions: [10n], isCaughtUp: true }] },
    { deliveries: [{ positions: [20n], isCaughtUp: true }] },
  ];
  // Before the first subscription, three silences in which nothing happens, one in which something has, the second one.
  const { store, asked } = storeOf(scripts, [10n, 10n, 10n, 10n, 20n, 20n]);
  expect((await given(store, 2)).batches).toEqual([
    [[10n], 10n, true],
    [[20n], 20n, true],
  ]);
  expect(asked).toEqual([undefined, 10n]);
});

test('the silence of a store that does not answer drops the subscription', async () => {
  const scripts = [{ deliveries: [{ positions: [10n], isCaughtUp: true }] }];
  const { error } = await given(storeOf(scripts, [10n, new Error('14 UNAVAILABLE: Server Is Not Ready')]).store, 2);
  expect(error).toBeInstanceOf(SubscriptionDropped);
  expect(String(error)).toContain('it is not ready yet');
});

test('once it is live, everything that was in the store before it began has been given, whosever it was', async () => {
  const scripts = [{ deliveries: [{ positions: [10n] }, { isCaughtUp: true }, { reached: 90n, isCaughtUp: true }] }];
  expect((await given(storeOf(scripts, [70n]).store, 3)).batches).toEqual([
    [[10n], 10n, false],
    [[], 70n, true],
    [[], 90n, true],
  ]);
});

test('what fell back is not told: a position never falls', async () => {
  const scripts = [
    { deliveries: [{ isCaughtUp: true }, { reached: 40n, isCaughtUp: true }, { positions: [80n], isCaughtUp: true }] },
  ];
  const { batches } = await given(storeOf(scripts, [70n]).store, 2);
  expect(batches.map(([, position]) => position)).toEqual([70n, 80n]);
});

test('a position that is none in this store is refused as damage', async () => {
  const { error } = await given(storeOf([], [70n]).store, 1, 5_000n);
  expect(error).toBeInstanceOf(LogDamaged);
  expect(String(error)).toContain('5000, which is no position in this store');
});
