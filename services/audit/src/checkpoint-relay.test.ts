import { setImmediate as nextTurn } from 'node:timers/promises';
import { startCheckpointRelay } from './checkpoint-relay';
import type { CheckpointRelay } from './checkpoint-relay';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const relays = new Set<CheckpointRelay>();
afterEach(async () => {
  for (const relay of relays) await relay.stop();
  relays.clear();
});

/** A broker that answers when it is told to. */
const createBroker = () => {
  const published: string[] = [];
  const waiting: { resolve(): void; reject(error: Error): void }[] = [];
  return {
    published,
    publish: (note: string): Promise<void> =>
      new Promise((resolve, reject) => {
        waiting.push({
          resolve: () => {
            published.push(note);
            resolve();
          },
          reject,
        });
      }),
    acknowledge: async () => {
      waiting.shift()?.resolve();
      await nextTurn();
    },
    fail: async () => {
      waiting.shift()?.reject(new Error('away'));
      await nextTurn();
    },
    asked: () => waiting.length,
  };
};

const start = ({ againAfterMs = 60_000 } = {}) => {
  const broker = createBroker();
  let now = 0;
  const clock = (): Date => new Date(now);
  const relay = startCheckpointRelay({ publish: broker.publish, againAfterMs, clock, logger: quiet });
  relays.add(relay);
  return { ...broker, relay, pass: (ms: number) => (now += ms) };
};

/** In vain it would keep the whole run from ending. */
const until = async (isSo: () => boolean): Promise<void> => {
  const end = Date.now() + 20_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error('it did not come about within 20 s');
    await nextTurn();
  }
};

test('publishes each checkpoint, one after the other, as they are acknowledged', async () => {
  const { relay, published, acknowledge } = start();
  for (const note of ['1', '2', '3']) {
    relay.offer(note);
    await acknowledge();
  }
  expect(published).toEqual(['1', '2', '3']);
  expect(relay.waitingSeconds()).toBe(0);
});

test('of those that wait behind one under way only the newest goes out, and goes out last', async () => {
  const { relay, published, acknowledge, asked } = start();
  for (const note of ['1', '2', '3']) relay.offer(note);
  await acknowledge();
  await acknowledge();
  expect([published, asked()]).toEqual([['1', '3'], 0]);
});

test('what the broker did not take is replaced by the newest, and it is told for how long one has waited', async () => {
  const { relay, published, acknowledge, fail, asked, pass } = start();
  relay.offer('1');
  pass(3_000);
  relay.offer('2');
  pass(1_000);
  await fail();
  expect(relay.waitingSeconds()).toBe(4);
  await until(() => asked() > 0);
  await acknowledge();
  expect([published, relay.waitingSeconds()]).toEqual([['2'], 0]);
});

test('one that is offered when nothing waits any more is published', async () => {
  const { relay, published, acknowledge } = start();
  relay.offer('1');
  await acknowledge();
  await nextTurn();
  relay.offer('2');
  await acknowledge();
  await relay.stop();
  expect(published).toEqual(['1', '2']);
});

test('stops while the broker does not answer, and then asks it for nothing more', async () => {
  const { relay, published, fail, asked } = start();
  relay.offer('1');
  await fail();
  await until(() => asked() > 0);
  await relay.stop();
  relay.offer('2');
  await fail();
  await nextTurn();
  expect([published, asked()]).toEqual([[], 0]);
});

test('a topic that was deleted stayed empty until the ledger grew: what was published last comes again, and never over a newer one', async () => {
  const { relay, published, acknowledge, asked } = start({ againAfterMs: 30 });
  relay.offer('1');
  await acknowledge();
  await until(() => asked() === 1);
  await acknowledge();
  await until(() => asked() === 1);
  relay.offer('2');
  await acknowledge();
  await acknowledge();
  await until(() => asked() === 1);
  await acknowledge();
  expect(published).toEqual(['1', '1', '1', '2', '2']);
});
