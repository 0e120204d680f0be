import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogEvent } from '@tollgate/contracts';
import { trafficMessage } from '@tollgate/cutoff-projector';
import type { RecordedEvent } from '@tollgate/event-store';
import type { ReceivedMessage } from '@tollgate/kafka';
import { compareCommands, shown } from './command-comparison';
import { readerOf } from './topic-reader.fixture';

const at = '2026-01-31T12:00:00.000Z';

/** The decisions about an account, one after another. */
const decision = (position: number, accountId = `a${String(position % 100)}`): RecordedEvent<LogEvent> => ({
  type: 'TrafficBlocked',
  data: {
    accountId,
    direction: 'inbound',
    sequence: Math.floor(position / 100) + 1,
    exhausted: ['inbound'],
    balances: { inbound: '-0.5', outbound: '0', mutual: '0.5' },
    currency: 'EUR',
    cause: {
      type: 'UsageCharged',
      eventId: `e${String(position)}`,
      stream: `account-${accountId}`,
      revision: position,
    },
    decidedAt: at,
  },
  metadata: {},
  eventId: `d${String(position)}`,
  stream: `cutoff-${accountId}`,
  revision: Math.floor(position / 100),
  position: BigInt(position),
  recordedAt: at,
});
const decisions = (count: number) => Array.from({ length: count }, (_, position) => decision(position));

const messageOf = (event: RecordedEvent<LogEvent>, offset: number): ReceivedMessage => {
  const { key = '', value = '' } = trafficMessage(event, 'traffic') ?? {};
  return {
    topic: 'traffic',
    partition: 0,
    offset: String(offset),
    key: Buffer.from(key),
    value: Buffer.from(value),
  };
};
const topicOf = (events: readonly RecordedEvent<LogEvent>[]) =>
  readerOf({ high: BigInt(events.length), messages: () => events.map((event, offset) => [messageOf(event, offset)]) });
const logOf = (events: readonly RecordedEvent<LogEvent>[]) =>
  async function* () {
    await Promise.resolve();
    yield events;
  };

const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  gc();
};

test('every message of the topic stayed in memory until the log had been read, which ended a process with a large topic', async () => {
  const many = decisions(20_000);
  const values: WeakRef<Buffer>[] = [];
  function* messages() {
    for (const [offset, event] of many.entries()) {
      const message = messageOf(event, offset);
      if (message.value !== null) values.push(new WeakRef(message.value));
      yield [message];
    }
  }
  let kept = 0;
  const recorded = async function* () {
    await nextTurn();
    collectGarbage();
    kept = values.filter((value) => value.deref() !== undefined).length;
    yield many;
  };
  const found = await compareCommands(readerOf({ high: 20_000n, messages }), recorded, 20_000n);
  expect(found).toMatchObject({ messages: 20_000, unknown: { count: 0, first: [] } });
  expect([found.expected.size, found.missing.size]).toEqual([100, 0]);
  expect(kept).toBeLessThan(10);
});

test('of messages that the log does not have, all are counted and the first are told with their places', async () => {
  const events = decisions(200);
  const { unknown } = await compareCommands(topicOf(events), logOf(events.slice(0, 150)), 200n);
  expect(unknown.count).toBe(50);
  expect(unknown.first.map(({ offset }) => offset)).toEqual(
    Array.from({ length: shown }, (_, index) => String(150 + index)),
  );
});

test('a message of the same key and other content is none of the log', async () => {
  const [event = decision(0)] = decisions(1);
  const other = { ...event, data: { ...event.data, currency: 'USD' } } as RecordedEvent<LogEvent>;
  const { unknown, missing } = await compareCommands(topicOf([other]), logOf([event]), 0n);
  expect([unknown.count, unknown.first[0]?.offset, missing.size]).toEqual([1, '0', 0]);
});

test('the same message twice is known twice, and one without a value is asked of nobody', async () => {
  const [event = decision(0)] = decisions(1);
  const copies = [messageOf(event, 0), messageOf(event, 1), { ...messageOf(event, 2), value: null }];
  const reader = readerOf({ high: 3n, messages: () => [copies] });
  const { unknown, missing, messages } = await compareCommands(reader, logOf([event]), 0n);
  expect([messages, unknown.count, [...missing.keys()]]).toEqual([3, 0, ['a0/inbound']]);
});

test('without a position nothing was expected of a topic', async () => {
  const events = decisions(200);
  const [known, unknown] = [0n, undefined].map((through) => compareCommands(topicOf([]), logOf(events), through));
  expect((await known)?.missing.size).toBe(1);
  expect((await unknown)?.missing.size).toBe(100);
});
