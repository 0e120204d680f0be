import * as esdb from '@eventstore/db-client';
import { END, START, streamNameFilter, type Filter, type Position } from '@eventstore/db-client';
import { append, collect, json, many, plain, settled, startForTests, watch } from './client.fixture';
import { typesOf } from './encoding.fixture';
import { openRecording, outcome } from './recording.fixture';

const { replay, leftOut } = openRecording('subscribe-all-filtered');
const { server, client } = startForTests();
const write = append(client, plain);
const typed = (type: string) => [json({ type })];
const ours = streamNameFilter({ prefixes: ['account-', 'cutoff-', 'file-'] });

const follow = (fromPosition: Position | typeof START | typeof END, filter?: Filter) => {
  const subscription = client().subscribeToAll({ fromPosition, ...(filter && { filter }) });
  const watched = watch(subscription);
  return {
    subscription,
    ...watched,
    caughtUp: () => settled(() => watched.has('caughtUp') || watched.has('error')),
    types: () => watched.events.map(({ event }) => event?.type),
    leave: async () => {
      await subscription.unsubscribe();
      await settled(() => watched.has('close'));
    },
  };
};

const nowhere: Position = { commit: 0n, prepare: 0n };
let start = nowhere;

describe('what it gives', () => {
  replay(0, async () => {
    start = (await write('account-i07-a', typed('e0'))).position ?? nowhere;
    await write('noise-i07', typed('x1'));
    await write('cutoff-i07', [json({ type: 'e1', id: '07000000-0000-4000-8000-000000000003' }), json({ type: 'e2' })]);
    await write('noise-i07', typed('x2'));
    await write('file-i07', typed('e3'));
    const { subscription, log, events, caughtUp, leave } = follow(start, ours);
    subscription.on('data', ({ event }) => log.push({ event: 'data', type: event?.type }));
    await caughtUp();
    await write('account-i07-a', typed('e4'));
    await settled(() => events.length === 4);
    await leave();
    const names = events.map(({ event }) => `${event?.type} ${event?.streamId}@${event?.revision}`);
    return { from_position: start, events: names, emitted: log };
  });
  replay(1, async () => {
    const { events, caughtUp, leave } = follow(start, ours);
    await caughtUp();
    await leave();
    return { event: events[0], types: typesOf(events[0]) };
  });
  const next = async (from: Position | typeof END, type: string) => {
    const { log, events, types: seen, caughtUp, leave } = follow(from, ours);
    await caughtUp();
    await write('account-i07-b', typed(type));
    await settled(() => events.length === 1);
    await leave();
    return { events: seen(), emitted: log };
  };
  replay(3, () => next(END, 'after-1'));
  replay(5, async () => next((await write('account-i07-b', typed('last'))).position ?? END, 'next'));
});

describe('where it starts', () => {
  const odd = [
    { at: 6, from: (): Position => ({ commit: start.commit + 1n, prepare: start.prepare + 1n }) },
    { at: 8, from: (): Position => ({ commit: start.commit, prepare: start.prepare + 1n }) },
    { at: 12, from: (): Position => ({ commit: 10n ** 15n, prepare: 10n ** 15n }) },
  ];
  for (const { at, from } of odd)
    [ours, undefined].forEach((filter, offset) => {
      replay(at + offset, async () => {
        const { log, events, has, caughtUp, leave } = follow(from(), filter);
        await caughtUp();
        await write('account-i07-b', typed('meanwhile'));
        if (has('error')) return { events: 0, emitted: log };
        await settled(() => events.length === 1);
        await leave();
        return { events: events.length, emitted: log };
      });
    });

  test('10, 11: from 0/0 it gives everything, as from the start', async () => {
    const [zero, first] = [follow(nowhere), follow(START)];
    await Promise.all([zero.caughtUp(), first.caughtUp()]);
    await Promise.all([zero.leave(), first.leave()]);
    expect(zero.events).toEqual(first.events);
    expect(zero.events).toEqual(await collect(client().readAll()));
  });
});

describe('checkpoints', () => {
  type Window = { maxSearchWindow?: number; checkpointInterval?: number };
  const checkpoints = async (isLive: boolean, count: number, window: Window = {}) => {
    const places = new Map<bigint, string>();
    const told: (Position | 'caughtUp' | 'matching')[] = [];
    const { position = nowhere } = await write('noise-i07', [json()]);
    const makeNoise = async (): Promise<void> => {
      for (let number = 1; number <= count; number += 1) {
        const noise = await write('noise-i07', [json()]);
        places.set(noise.position?.commit ?? 0n, `noise ${number}`);
      }
    };
    const checkpointReached = (_: unknown, checkpoint: Position): void => void told.push(checkpoint);
    if (!isLive) await makeNoise();
    const filter = streamNameFilter({ prefixes: ['matching-'], ...window, checkpointReached });
    const { subscription, events, caughtUp, leave } = follow(position, filter);
    subscription.on('caughtUp', () => told.push('caughtUp'));
    subscription.on('data', () => told.push('matching'));
    await caughtUp();
    if (isLive) await makeNoise();
    await write('matching-i07', [json()]);
    await settled(() => events.length === 1);
    await leave();
    return told.map((each) => {
      if (typeof each === 'string') return each === 'matching' ? { event: each } : each;
      const { commit, prepare } = each;
      const at = places.get(commit) ?? 'matching';
      return { checkpoint_at_the_position_of: at, prepare: prepare === commit ? 'same as commit' : prepare };
    });
  };
  const often = { checkpointInterval: 1, maxSearchWindow: 10 };
  const seldom = { checkpointInterval: 5, maxSearchWindow: 10 };
  replay(14, () => checkpoints(false, 100));
  replay(15, () => checkpoints(false, 100, often));
  replay(16, () => checkpoints(false, 100, seldom));
  replay(17, () => checkpoints(true, 100));
  replay(18, () => checkpoints(true, 100, often));
  replay(19, () => checkpoints(true, 100, seldom));
  replay(20, async () => {
    const told = await checkpoints(true, 30, { checkpointInterval: 1, maxSearchWindow: 1 });
    return [...told.slice(0, 14), '… 13 left out …', ...told.slice(-6)];
  });
  replay(21, () => follow(END, streamNameFilter({ prefixes: ['x'], checkpointInterval: 0 })));
  replay(22, () => follow(END, streamNameFilter({ prefixes: ['x'], maxSearchWindow: 0 })));
});

describe('filters', () => {
  const filters: [number, Filter][] = [
    [23, streamNameFilter({ prefixes: [] })],
    [24, streamNameFilter({ regex: '^(cutoff|file)-' })],
    [25, streamNameFilter({ regex: '(' })],
    [26, esdb.eventTypeFilter({ prefixes: ['e1', 'e3'] })],
    [28, streamNameFilter({ prefixes: ['Account-'] })],
  ];
  for (const [index, filter] of filters) {
    replay(index, async () => {
      const { log, events, has, caughtUp, leave } = follow(start, filter);
      await caughtUp();
      if (!has('error')) await leave();
      const first = events.slice(0, 6).map(({ event }) => `${event?.streamId}:${event?.type}`);
      return { first_six: first, emitted_first: log };
    });
  }
  test('27: excludeSystemEvents() leaves out the events of the server', async () => {
    const { events, caughtUp, leave } = follow(START, esdb.excludeSystemEvents());
    await caughtUp();
    await leave();
    const all = await collect(client().readAll());
    expect(events).toEqual(all.filter(({ event }) => !event?.type.startsWith('$')));
  });
});

describe('two subscribers and leaving', () => {
  replay(29, async () => {
    const subscription = client().subscribeToAll({ fromPosition: END, deadline: 100 });
    const { log, has } = watch(subscription);
    await settled(() => has('caughtUp'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await subscription.unsubscribe();
    await settled(() => has('close'));
    return log;
  });
  replay(32, async () => {
    server().misbehave({ subscriptions: 'keep' });
    const both = [follow(END, ours), follow(END, ours)];
    await Promise.all(both.map(({ caughtUp }) => caughtUp()));
    await Promise.all(many(500, (index) => write(`account-i07-two-${index % 16}`, [json()])));
    await settled(() => both.every(({ events }) => events.length === 500));
    await Promise.all(both.map(({ leave }) => leave()));
    server().misbehave({});
    const [first, second] = both.map(({ events }) => events.map(({ event }) => event?.id));
    expect(first).toEqual(second);
    return { first: first?.length, second: second?.length, same_order: true };
  });
  replay(33, async () => {
    const { subscription, log, events, caughtUp, has } = follow(END, ours);
    await caughtUp();
    const gave = await outcome(() => subscription.unsubscribe());
    await settled(() => has('close'));
    await write('account-i07-b', [json()]);
    const { destroyed, readableEnded } = subscription;
    return {
      unsubscribe_gave: 'result' in gave ? gave.result : gave,
      emitted: log,
      events_later: events.length,
      destroyed,
      readableEnded,
    };
  });
  replay(34, async () => {
    const { caughtUp, leave, subscription } = follow(END, ours);
    await caughtUp();
    await leave();
    const again = await outcome(() => subscription.unsubscribe());
    return 'error' in again ? again.error : 'no error';
  });
  replay(35, async () => {
    const { log, leave } = follow(END, ours);
    await leave();
    return log;
  });
  replay(36, async () => {
    const subscription = client().subscribeToAll({ fromPosition: START });
    let count = 0;
    for await (const { event } of subscription) if (event && (count += 1) === 3) await subscription.unsubscribe();
    expect(count).toBeGreaterThanOrEqual(3);
    return { loop_ended_after_at_least: 3 };
  });
});

describe('one stream', () => {
  replay(41, async () => {
    await write(
      'account-i07-a',
      many(34, () => json()),
    );
    const subscription = client().subscribeToStream('account-i07-a', { fromRevision: 2n });
    const { log, events, has } = watch(subscription);
    await settled(() => has('caughtUp'));
    await subscription.unsubscribe();
    await settled(() => has('close'));
    return { first_revision: events[0]?.event?.revision, emitted: log };
  });
});

leftOut({
  'what other scenarios had left in the log': [2, 4, 10, 11, 27],
  'measurements of time': [30, 31],
  'whether the first append or the end of the catching up comes first is a race': [42],
  'about what the client does on its own': [37, 38, 39, 40],
});
