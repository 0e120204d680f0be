import type { LogEvent } from '@tollgate/contracts';
import { trafficMessage } from '@tollgate/cutoff-projector';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import type { OutgoingMessage, ReceivedMessage } from '@tollgate/kafka';
import { createOrder } from './command-order';
import { createNewest } from './newest-command';

const topic = 'traffic';

const decision = (sequence: number): LogEvent => ({
  type: sequence % 2 === 1 ? 'TrafficBlocked' : 'TrafficUnblocked',
  data: {
    accountId: 'acme',
    direction: 'inbound',
    sequence,
    exhausted: sequence % 2 === 1 ? ['inbound'] : [],
    balances: { inbound: '-0.5', outbound: '0', mutual: '0.5' },
    currency: 'EUR',
    cause: { type: 'UsageCharged', eventId: 'e', stream: 'account-acme', revision: sequence },
    decidedAt: '2026-01-31T12:00:00.000Z',
  },
  metadata: {},
});

/** A ledger with three commands of one key, of which those up to `acknowledged` are. */
const setUp = async () => {
  const log = createMemoryEventLog<LogEvent>();
  const events = [1, 2, 3].map((sequence) => ({ ...decision(sequence), eventId: String(sequence) }));
  await log.append([{ stream: 'cutoff-acme', expectedRevision: -1, events }]);
  const recorded = log.events();
  const state = { acknowledged: 3, folded: 3 };
  const published: (string | undefined)[] = [];
  const positionOf = (sequence: number) => recorded[sequence - 1]?.position ?? 0n;
  const newest = createNewest({
    position: () => positionOf(state.folded),
    partner: () => ({ traffic: { inbound: { state: 'open', sequence: state.folded }, outbound: { state: 'open' } } }),
  });
  const nothing = () => undefined;
  const order = createOrder({
    ...{ topic, log, newest, logger: { debug: nothing, info: nothing, warn: nothing, error: nothing } },
    isAcknowledged: (position) => Promise.resolve(position <= positionOf(state.acknowledged)),
    publish: (messages: OutgoingMessage[]) => {
      published.push(...messages.map(({ value }) => String(value)));
      return Promise.resolve();
    },
  });
  const messageOf = (sequence: number): ReceivedMessage => {
    const [event] = recorded.slice(sequence - 1);
    const { key = '', value = '' } = (event && trafficMessage(event, topic)) ?? {};
    return { topic, partition: 0, offset: '0', key: Buffer.from(key), value: Buffer.from(value) };
  };
  /** What one look at the topic finds, up to its end unless it is said to go on. */
  const look = (sequences: number[], { isAtEnd = true } = {}) =>
    order.judge({ messages: sequences.map(messageOf), atEnd: new Set(isAtEnd ? [0] : []) });
  return { order, look, state, published, newest, recorded, messageOf };
};

it('commands in their order need nothing', async () => {
  const { order, look, published } = await setUp();
  await look([1, 2, 3]);
  await look([]);
  await look([]);
  expect(published).toEqual([]);
  expect(order.isSuspect(0)).toBe(false);
});

it('behind an older command the newest comes again, once, byte for byte', async () => {
  const { order, look, published, messageOf } = await setUp();
  await look([3, 2]);
  expect(order.isSuspect(0)).toBe(true);
  await look([]);
  await look([3]);
  await look([]);
  expect(published).toEqual([messageOf(3).value?.toString()]);
  expect(order.isSuspect(0)).toBe(false);
});

it('an older command whose newest is seen behind it is in its order, though it took several looks', async () => {
  const { look, published } = await setUp();
  await look([1], { isAtEnd: false });
  await look([2]);
  await look([3]);
  await look([]);
  expect(published).toEqual([]);
});

it('a command that waits for the broker is not sent before those between', async () => {
  const { look, state, published } = await setUp();
  state.acknowledged = 1;
  await look([1]);
  await look([]);
  await look([]);
  expect(published).toEqual([]);
  state.acknowledged = 3;
  await look([2, 3]);
  await look([]);
  expect(published).toEqual([]);
});

it('the newest is that which was sent, though the account table has not folded it', async () => {
  const { look, state, published, newest, recorded, messageOf } = await setUp();
  state.folded = 2;
  for (const event of recorded.slice(2)) newest.note(event);
  await look([3, 2]);
  await look([]);
  expect(published).toEqual([messageOf(3).value?.toString()]);
  state.folded = 3;
  newest.forgetFolded();
  await look([3, 1]);
  await look([]);
  expect(published).toHaveLength(2);
});

it('a message without a value takes its key away, so the newest comes again; what is no key of ours is left alone', async () => {
  const { order, published, messageOf } = await setUp();
  const emptied = { ...messageOf(3), value: null };
  const foreign = { ...messageOf(3), key: Buffer.from('acme') };
  await order.judge({ messages: [messageOf(3), emptied, foreign], atEnd: new Set([0]) });
  await order.judge({ messages: [], atEnd: new Set([0]) });
  expect(published).toEqual([messageOf(3).value?.toString()]);
});
