import { LogDamaged, SubscriptionDropped, noStream } from '@tollgate/event-store';
import type { EventBatch, EventBody } from '@tollgate/event-store';
import { startEventStoreServer } from '@tollgate/eventstore-test-server';
import type { EventStoreServer } from '@tollgate/eventstore-test-server';
import type { EsdbEventLog } from './index';
import { append, newPrefix, openLog, payment, paymentIds, quick, readAll, waitFor } from './log-under-test.fixture';

let server: EventStoreServer;
let log: EsdbEventLog<EventBody>;
/** Of the same ledger, and patient. */
let writer: EsdbEventLog<EventBody>;
beforeEach(async () => {
  server = await startEventStoreServer();
  const streamPrefix = newPrefix();
  log = await openLog(server.url, { streamPrefix, timing: quick });
  writer = await openLog(server.url, { streamPrefix });
});
afterEach(async () => {
  server.misbehave({});
  await Promise.all([log.close(), writer.close()]);
  await server.stop();
});

const payments = (label: string, count: number) =>
  Array.from({ length: count }, (_, index) => payment(`${label}.${String(index)}`));

/** What one subscription gives, until it is stopped or drops. */
const listen = (maxEvents = 1_000) => {
  const stop = new AbortController();
  const batches: EventBatch<EventBody>[] = [];
  const ended = (async (): Promise<unknown> => {
    try {
      for await (const batch of log.subscribe({ prefixes: ['account-'], maxEvents, signal: stop.signal }))
        batches.push(batch);
      return undefined;
    } catch (error) {
      return error;
    }
  })();
  const ids = (): string[] => paymentIds(batches.flatMap(({ events }) => events));
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  const until = (isSo: () => boolean): Promise<void> => waitFor(() => isSo() || hasEnded);
  return {
    ids,
    batches,
    ended,
    live: () => until(() => batches.at(-1)?.isCaughtUp === true),
    given: (count: number) => until(() => ids().length >= count),
    stop: async () => {
      stop.abort();
      return ended;
    },
  };
};

test.each(['drop-on-overflow', 'drop-after-burst'] as const)(
  'a subscription that the server drops (%s) goes on by itself: nothing is missing, nothing comes twice',
  async (subscriptions) => {
    server.misbehave({ subscriptions });
    const listening = listen(7);
    await listening.live();
    const sent: string[] = [];
    for (let burst = 0; burst < 4; burst += 1) {
      const events = payments(`burst ${String(burst)}`, 60);
      await append(writer, ['account-a', sent.length - 1], ...events);
      sent.push(...paymentIds(events));
    }
    await listening.given(sent.length);
    await listening.live();
    expect(await listening.stop()).toBeUndefined();
    expect(listening.ids()).toEqual(sent);
    const positions = listening.batches.map(({ position }) => position);
    expect(positions.every((position, index) => position >= (positions[index - 1] ?? position))).toBe(true);
  },
);

test('a subscription that is dropped while nothing comes is dropped for its reader too', async () => {
  const listening = listen();
  await listening.live();
  server.endSubscriptions();
  expect(await listening.ended).toBeInstanceOf(SubscriptionDropped);
});

test('a broken connection drops a subscription, and the next one goes on from the last batch', async () => {
  await append(writer, ['account-a', noStream], ...payments('before', 3));
  const listening = listen();
  await listening.live();
  server.cutConnections();
  expect(await listening.ended).toBeInstanceOf(SubscriptionDropped);
  await append(writer, ['account-a', 2], ...payments('after', 2));
  const after = listening.batches.at(-1)?.position;
  const events: string[] = [];
  for await (const batch of log.subscribe({ prefixes: ['account-'], after, signal: new AbortController().signal })) {
    events.push(...paymentIds(batch.events));
    if (batch.isCaughtUp) break;
  }
  expect(events).toEqual(['after.0', 'after.1']);
});

test('the silence of a store that has lost its quorum is noticed', async () => {
  const listening = listen();
  await listening.live();
  server.misbehave({ calls: 'hang' });
  const dropped = await listening.ended;
  expect(dropped).toBeInstanceOf(SubscriptionDropped);
  expect(String(dropped)).toMatch(/the event store is not available: it does not answer in time/);
});

test('silence because nothing happens drops nothing', async () => {
  const listening = listen();
  await listening.live();
  await new Promise((resolve) => setTimeout(resolve, 5 * quick.silenceMs));
  await append(writer, ['account-a', noStream], payment('late'));
  await listening.given(1);
  expect(await listening.stop()).toBeUndefined();
});

test('streams of others, and their noise, move the position and are not given', async () => {
  const other = await openLog(server.url, { timing: quick });
  const listening = listen();
  await listening.live();
  const before = listening.batches.at(-1)?.position ?? 0n;
  for (let index = noStream; index < 99; index += 1)
    await append(other, ['account-a', index], payment(`other ${String(index)}`));
  await waitFor(() => (listening.batches.at(-1)?.position ?? 0n) > before);
  expect(await listening.stop()).toBeUndefined();
  expect(listening.ids()).toEqual([]);
  expect(await readAll(log)).toEqual([]);
  await other.close();
});

test('a subscriber that was dropped in the middle of a long catch-up misses nothing', async () => {
  await append(writer, ['account-a', noStream], ...payments('all', 600));
  const given: string[] = [];
  let after: bigint | undefined;
  for (let subscriptions = 0; given.length < 600; subscriptions += 1) {
    try {
      for await (const batch of log.subscribe({
        prefixes: ['account-'],
        ...{ after, maxEvents: 100, signal: new AbortController().signal },
      })) {
        given.push(...paymentIds(batch.events));
        after = batch.position;
        if (subscriptions < 5 && given.length % 200 === 100) server.cutConnections();
        if (given.length === 600) break;
      }
    } catch (error) {
      expect(error).toBeInstanceOf(SubscriptionDropped);
    }
  }
  expect(given).toEqual(Array.from({ length: 600 }, (_, index) => `all.${String(index)}`));
});

test('a position of a longer log, as after a restore, is refused', async () => {
  await append(writer, ['account-a', noStream], ...payments('a', 5));
  const after = await log.lastPosition();
  const olderCopy = await startEventStoreServer();
  const older = await openLog(olderCopy.url, { timing: quick, streamPrefix: newPrefix() });
  const subscription = older.subscribe({ prefixes: [''], after, signal: new AbortController().signal });
  await expect(subscription[Symbol.asyncIterator]().next()).rejects.toThrow(LogDamaged);
  await older.close();
  await olderCopy.stop();
});
