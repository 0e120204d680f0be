import type { Position } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { relay } from './relay';
import type { Log } from './log';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const logOf = async (count: number) => {
  const log = createMemoryEventLog();
  const events = Array.from({ length: count }, (_, index) => ({
    eventId: `e${String(index)}`,
    type: 'Noted',
    data: {},
    metadata: {},
  }));
  await log.append([{ stream: 'out-1', expectedRevision: -1, events }]);
  return log;
};

const storeOf = () => {
  let stored: Position | undefined;
  return {
    position: () => stored,
    store: (position: Position) => {
      stored = position;
    },
  };
};

describe('relaying the log to a broker', () => {
  test('a batch the broker does not take is sent again in the same order, and its position is stored only then', async () => {
    const store = storeOf();
    const sent: string[][] = [];
    const positionsWhileSending: (Position | undefined)[] = [];
    const relaying = relay({
      name: 'test relay',
      log: await logOf(3),
      prefix: 'out-',
      store,
      toMessage: ({ eventId }) => eventId,
      publish: (messages) => {
        sent.push(messages);
        positionsWhileSending.push(store.position());
        return sent.length < 3 ? Promise.reject(new Error('no broker')) : Promise.resolve();
      },
      logger: silent,
    });
    expect(await relaying.reached(3n, 5_000)).toBe(true);
    expect(sent).toEqual([
      ['e0', 'e1', 'e2'],
      ['e0', 'e1', 'e2'],
      ['e0', 'e1', 'e2'],
    ]);
    expect(positionsWhileSending).toEqual([undefined, undefined, undefined]);
    expect(store.position()).toBe(3n);
    await relaying.stop();
  });

  test('where its position cannot be stored it says so once and goes on, where it used to send the same again or to end the process', async () => {
    const warnings: string[] = [];
    const sent: string[] = [];
    const relaying = relay({
      name: 'test relay',
      log: await logOf(2_500),
      prefix: 'out-',
      store: {
        position: () => undefined,
        store: () => {
          throw new Error('the disk is full');
        },
      },
      toMessage: ({ eventId }) => eventId,
      publish: (messages) => {
        sent.push(...messages);
        return Promise.resolve();
      },
      logger: { ...silent, warn: (_fields, message) => warnings.push(message) },
    });
    while (sent.length < 2_500) await new Promise(setImmediate);
    await relaying.stop();
    expect(warnings).toEqual(['test relay cannot store how far it is; a restart publishes again what follows']);
    expect(sent).toEqual(Array.from({ length: 2_500 }, (_, index) => `e${String(index)}`));
  });

  test('what waits for the broker is known: how many since when and, once an attempt failed, why', async () => {
    const answers: { acknowledge(): void; fail(error: Error): void }[] = [];
    const relaying = relay({
      name: 'test relay',
      log: await logOf(2),
      prefix: 'out-',
      store: storeOf(),
      toMessage: ({ eventId }) => eventId,
      publish: () =>
        new Promise<void>((acknowledge, fail) => {
          answers.push({ acknowledge, fail });
        }),
      logger: silent,
    });
    expect(relaying.unacknowledged()).toBeUndefined();
    while (answers.length === 0) await new Promise(setImmediate);
    const waiting = relaying.unacknowledged();
    expect(waiting).toEqual({ messages: 2, since: expect.any(Date) as Date, reason: undefined });
    answers[0]?.fail(new Error('no broker'));
    while (answers.length === 1) await new Promise(setImmediate);
    expect(relaying.unacknowledged()).toEqual({ ...waiting, reason: 'no broker' });
    answers[1]?.acknowledge();
    await relaying.reached(2n, 5_000);
    expect(relaying.unacknowledged()).toBeUndefined();
    await relaying.stop();
  });

  test('why the broker does not take a batch is a warning once, and again where the reason is another', async () => {
    const reasons = ['no broker', 'no broker', 'no topic'];
    const warnings: object[] = [];
    const relaying = relay({
      name: 'test relay',
      log: await logOf(1),
      prefix: 'out-',
      store: storeOf(),
      toMessage: ({ eventId }) => eventId,
      publish: () => {
        const reason = reasons.shift();
        return reason === undefined ? Promise.resolve() : Promise.reject(new Error(reason));
      },
      logger: { ...silent, warn: (fields) => warnings.push(fields) },
    });
    await relaying.reached(1n, 5_000);
    expect(warnings).toEqual(['no broker', 'no topic'].map((error) => expect.objectContaining({ error }) as object));
    await relaying.stop();
  });

  test('stopping while the broker is away stores nothing that was not acknowledged', async () => {
    const store = storeOf();
    const tried: string[][] = [];
    const relaying = relay({
      name: 'test relay',
      log: await logOf(1),
      prefix: 'out-',
      store,
      toMessage: ({ eventId }) => eventId,
      publish: (messages) => {
        tried.push(messages);
        return Promise.reject(new Error('no broker'));
      },
      logger: silent,
    });
    while (tried.length === 0) await new Promise(setImmediate);
    await relaying.stop();
    expect(store.position()).toBeUndefined();
  });
});
