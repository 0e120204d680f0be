import { setTimeout as delay } from 'node:timers/promises';
import { END, START, streamNameFilter, type Position, type ResolvedEvent } from '@eventstore/db-client';
import { append, collect, json, many, plain, settled, startForTests, watch } from './client.fixture';
import type { Encoded } from './encoding.fixture';
import { openRecording, outcome } from './recording.fixture';

const { steps, same, leftOut } = openRecording('subscribe-pressure');
const { client } = startForTests();
const write = append(client, plain);
const data = { pad: 'x'.repeat(488) };
const filter = streamNameFilter({ prefixes: ['account-'] });
const ids = (events: ResolvedEvent[]) => events.map(({ event }) => event?.id);

/** The error that a real server gave to a subscription which it dropped. */
const droppedError = (steps[3]?.result as { loop_threw: Encoded }).loop_threw;

const startLive = async (options = {}) => {
  const subscription = client().subscribeToAll({ fromPosition: END, ...options });
  const watched = watch(subscription);
  await settled(() => watched.has('caughtUp'));
  return { subscription, ...watched };
};
/** Appends one after another until the subscription is dropped. Gives the ids. */
const writeUntil = async (isOver: () => boolean, perAppend: number, appends: number) => {
  const written: (string | undefined)[] = [];
  for (let number = 0; number < appends && !isOver(); number += 1) {
    const events = many(perAppend, () => json({ data }));
    written.push(...events.map(({ id }) => id));
    await write('account-h01', events);
  }
  return written;
};

test.each([
  { step: 0, what: 'filtered', options: { filter } },
  { step: 1, what: 'unfiltered', options: {} },
])('$step: a paused $what subscription is dropped, after a gapless prefix', async ({ options }) => {
  const { subscription, log, events, has } = await startLive(options);
  subscription.pause();
  const written = await writeUntil(() => false, 20, 60);
  subscription.resume();
  await settled(() => has('error'));
  expect(events.length).toBeLessThan(written.length);
  expect(ids(events)).toEqual(written.slice(0, events.length));
  same(log.at(-1)?.['error'], droppedError);
});

test('3: a consumer that works 1 ms an event is dropped by bursts, after a gapless prefix', async () => {
  const subscription = client().subscribeToAll({ fromPosition: END, filter });
  const { has } = watch(subscription.pause());
  const handed: ResolvedEvent[] = [];
  const loop = outcome(async () => {
    for await (const event of subscription) {
      handed.push(event);
      await delay(1);
    }
  });
  await settled(() => has('caughtUp'));
  const written = await writeUntil(() => false, 250, 8);
  const ended = await loop;
  same('error' in ended ? ended.error : ended, droppedError);
  expect(ids(handed)).toEqual(written.slice(0, handed.length));
});

test('4: a consumer that keeps up with single events is not dropped', async () => {
  const { subscription, events, has } = await startLive({ filter });
  const written = await writeUntil(() => false, 1, 100);
  await settled(() => events.length === written.length);
  expect(has('error')).toBe(false);
  await subscription.unsubscribe();
});

test.each([6, 7, 8, 9, 10].map((step, index) => ({ step, perAppend: [60, 100, 500, 1_000, 1_900][index] ?? 0 })))(
  '$step: a consumer that only counts is dropped by appends of $perAppend events',
  async ({ perAppend }) => {
    const { log, events, has } = await startLive({ filter });
    const written = await writeUntil(() => has('error'), perAppend, 10);
    await settled(() => has('error'));
    expect(ids(events)).toEqual(written.slice(0, events.length));
    expect(has('fellBehind')).toBe(false);
    same(log.at(-1)?.['error'], droppedError);
  },
);

test('21: a consumer that is slow while catching up is not dropped', async () => {
  const subscription = client().subscribeToAll({ fromPosition: START, filter });
  const { has } = watch(subscription.pause());
  let handed = 0;
  for await (const { event } of subscription) {
    if (event) await delay(1);
    if ((handed += 1) === 2_000) await subscription.unsubscribe();
  }
  expect(has('error')).toBe(false);
});

test('23: from each checkpoint on, a subscription gives the first matching event behind it', async () => {
  const { position = { commit: 0n, prepare: 0n } } = await write('noise', [json()]);
  for (let index = 0; index < 200; index += 1) await write(index % 10 === 7 ? 'file-h01' : 'noise', [json()]);
  const matching = (await collect(client().readStream('file-h01'))).map(({ event }) => event?.position?.commit ?? 0n);
  const checkpoints: Position[] = [];
  const prefixes = ['file-'];
  const checkpointReached = (_: unknown, checkpoint: Position) => void checkpoints.push(checkpoint);
  const first = async (fromPosition: Position, options = {}) => {
    const resumed = streamNameFilter({ prefixes, maxSearchWindow: 10, ...options });
    const subscription = client().subscribeToAll({ fromPosition, filter: resumed });
    const { events, has } = watch(subscription);
    await settled(() => has('caughtUp'));
    await subscription.unsubscribe();
    return events[0]?.event?.position?.commit;
  };
  await first(position, { checkpointReached });
  expect(checkpoints.length).toBeGreaterThan(15);
  for (const checkpoint of checkpoints.slice(0, 5)) {
    expect(await first(checkpoint)).toBe(matching.find((commit) => commit >= checkpoint.commit));
  }
});

leftOut({
  'above, since how many events come before the drop is a matter of speed': [0, 1, 3, 4, 6, 7, 8, 9, 10, 21, 23],
  'whether it is dropped is a matter of speed': [5, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20],
  'about the client': [2, 22, 24, 25, 26],
});
