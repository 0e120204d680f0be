import type { Admin } from 'kafkajs';
import {
  clientOf,
  collect,
  committedOf,
  numbered,
  numbers,
  startBroker,
  until,
  type Broker,
} from './broker.test-support';
import { createPublisher, ensureTopics, type ConsumerOptions, type LostRange, type Publisher } from './index';

let broker: Broker;
let publisher: Publisher;
let admin: Admin;

beforeAll(async () => {
  broker = await startBroker();
  publisher = createPublisher(clientOf(broker));
  admin = clientOf(broker).connect().kafka.admin();
  await admin.connect();
}, 120_000);
afterAll(async () => {
  await admin.disconnect();
  await publisher.close();
  await broker.stop();
});

const create = (...names: string[]) =>
  ensureTopics(
    clientOf(broker),
    names.map((name) => ({ name, compacted: false, partitions: 1 })),
  );

const deleteUpTo = async (topic: string, offset: string): Promise<void> => {
  // kafkajs knows the leaders of topics that it was asked about.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] });
};

/** A consumer in a group of its first topic's name, and what it was told to be lost. */
const reading = (topics: string[], options: Partial<Omit<ConsumerOptions, 'topics'>> = {}) => {
  const lost: LostRange[] = [];
  const onLost = (found: LostRange[]): Promise<void> => {
    lost.push(...found);
    return Promise.resolve();
  };
  const notes = { write: () => Promise.resolve('kept'), judge: () => Promise.resolve('go on' as const) };
  return { lost, ...collect(clientOf(broker), { groupId: topics[0] ?? '', topics, notes, onLost, ...options }) };
};

/** Five messages that were read and committed by a consumer that has stopped since. */
const fiveRead = async (topic: string): Promise<void> => {
  await create(topic);
  await publisher.publish(numbered(topic, 0, 5));
  const first = reading([topic]);
  await until(() => first.values.length === 5, 'five read');
  await first.stop();
};

const commitIs = (topic: string, offset: string) =>
  until(async () => (await committedOf(clientOf(broker), topic))[0] === offset, `a commit at ${offset}`);

test('messages that were deleted while nobody read were passed over without a word', async () => {
  const topic = 'deleted-meanwhile';
  await fiveRead(topic);
  await publisher.publish(numbered(topic, 5, 20));
  await deleteUpTo(topic, '12');
  const second = reading([topic]);
  await until(() => second.values.length === 8, 'what is left');
  await second.stop();
  expect(second.lost).toEqual([{ topic, partition: 0, from: '5', to: '12', why: 'deleted', note: 'kept' }]);
  expect(second.values).toEqual(numbers(12, 20));
  const third = reading([topic]);
  await until(() => third.state() === 'running', 'running again');
  await third.stop();
  expect(third.lost).toEqual([]);
}, 60_000);

test('a partition of which everything was deleted is told of too, once, though nothing comes of it', async () => {
  const topic = 'deleted-whole';
  await fiveRead(topic);
  await publisher.publish(numbered(topic, 5, 20));
  await deleteUpTo(topic, '20');
  const second = reading([topic]);
  await commitIs(topic, '20');
  await second.stop();
  expect(second.lost).toEqual([{ topic, partition: 0, from: '5', to: '20', why: 'deleted', note: 'kept' }]);
  const third = reading([topic]);
  await until(() => third.state() === 'running', 'running again');
  await third.stop();
  expect(third.lost).toEqual([]);
}, 60_000);

test('nothing is read, and nothing committed, before what was lost is on record', async () => {
  const topic = 'not-on-record';
  await fiveRead(topic);
  await publisher.publish(numbered(topic, 5, 20));
  await deleteUpTo(topic, '12');
  const unwritable = reading([topic], { onLost: () => Promise.reject(new Error('the log is full')) });
  await until(() => unwritable.reason() === 'the log is full', 'it says why it waits');
  await unwritable.stop();
  expect(unwritable.values).toEqual([]);
  expect(await committedOf(clientOf(broker), topic)).toEqual(['5']);
}, 60_000);

test('messages that were deleted while the reader was behind them were passed over without a word', async () => {
  const topic = 'deleted-ahead';
  await fiveRead(topic);
  const large = (value: string): string => value.padStart(20_000, '0');
  await publisher.publish(numbered(topic, 5, 105).map((one) => ({ ...one, value: large(one.value) })));
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const read: string[] = [];
  const second = reading([topic], {
    maxOutstandingMessages: 2,
    onBatch: async (messages) => {
      await held;
      read.push(...messages.map(({ offset }) => offset));
    },
  });
  await until(() => second.state() === 'running', 'running');
  await until(async () => (await admin.describeGroups([topic])).groups[0]?.state === 'Stable', 'joined');
  await deleteUpTo(topic, '100');
  release();
  await until(() => read.includes('104'), 'the last one', 60_000);
  await commitIs(topic, '105');
  await second.stop();
  const firstLost = Number(read.findLast((offset) => Number(offset) < 100) ?? 4) + 1;
  expect(second.lost).toMatchObject([{ topic, partition: 0, to: '100', why: 'deleted', note: 'kept' }]);
  expect(Number(second.lost[0]?.from)).toBeLessThanOrEqual(firstLost);
  expect(read.filter((offset) => Number(offset) >= 100)).toEqual(numbers(100, 105));
  const third = reading([topic]);
  await until(() => third.state() === 'running', 'running again');
  await third.stop();
  expect(third.lost).toEqual([]);
}, 90_000);

test('a topic that was deleted and created again while it was read is read from its start, and told of', async () => {
  const topic = 'created-again';
  await create(topic);
  await publisher.publish(numbered(topic, 0, 10));
  const reader = reading([topic], { createPartitions: 1 });
  await until(() => reader.values.length === 10, 'ten read');
  await commitIs(topic, '10');
  await admin.deleteTopics({ topics: [topic] });
  await create(topic);
  await publisher.publish(numbered(topic, 100, 103));
  await until(() => reader.values.length >= 13, 'what came since', 60_000);
  await commitIs(topic, '3');
  await reader.stop();
  expect(reader.values).toEqual([...numbers(0, 10), ...numbers(100, 103)]);
  expect(reader.lost).toEqual([{ topic, partition: 0, from: '10', to: '0', why: 'recreated', note: 'kept' }]);
}, 90_000);

test('a topic that was deleted while it was read held up the others; it is created again', async () => {
  await create('kept-1', 'removed-1');
  const reader = reading(['kept-1', 'removed-1'], { createPartitions: 1 });
  await until(() => reader.state() === 'running', 'running');
  await admin.deleteTopics({ topics: ['removed-1'] });
  await publisher.publish(numbered('kept-1', 0, 5));
  await until(async () => (await admin.listTopics()).includes('removed-1'), 'it is created again', 60_000);
  await publisher.publish(numbered('removed-1', 5, 10));
  await until(() => reader.values.length === 10, 'both are read', 60_000);
  await reader.stop();
  expect(reader.values.toSorted()).toEqual(numbers(0, 10));
}, 120_000);

test('a topic that is missing and may not be created held up the others; it is waited for, and says so', async () => {
  await create('kept-2', 'removed-2');
  const reader = reading(['kept-2', 'removed-2']);
  await until(() => reader.state() === 'running', 'running');
  await admin.deleteTopics({ topics: ['removed-2'] });
  await publisher.publish(numbered('kept-2', 0, 5));
  await until(() => reader.reason().includes('waits for topic removed-2: it does not exist'), 'it says so', 60_000);
  await until(() => reader.values.length === 5, 'the other is read', 60_000);
  expect(reader.state()).toBe('running');
  await create('removed-2');
  await publisher.publish(numbered('removed-2', 5, 10));
  await until(() => reader.values.length === 10, 'both are read', 60_000);
  expect(reader.reason()).toBe('');
  await reader.stop();
}, 120_000);
