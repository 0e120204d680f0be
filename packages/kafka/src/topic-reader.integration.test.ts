import { Partitioners } from 'kafkajs';
import { clientOf, numbered, numbers, startBroker, until, type Broker } from './broker.test-support';
import { createPublisher, deleteTopic, ensureTopics, withTopic } from './index';

let broker: Broker;

beforeAll(async () => {
  broker = await startBroker({ config: { 'log.retention.check.interval.ms': 1_000 } });
}, 120_000);

afterAll(() => broker.stop());

const create = (name: string) => ensureTopics(clientOf(broker), [{ name, compacted: false, partitions: 1 }]);

const publish = async (topic: string, from: number, to: number) => {
  const publisher = createPublisher(clientOf(broker));
  const acknowledged = await publisher.publish(numbered(topic, from, to));
  await publisher.close();
  return acknowledged;
};

const valuesFrom = (topic: string, from: bigint): Promise<string[]> =>
  withTopic(clientOf(broker), topic, async ({ spans: [span], read }) => {
    const values: string[] = [];
    for await (const messages of read({ partition: 0, from, to: span?.high ?? 0n }))
      values.push(...messages.map(({ value }) => String(value)));
    return values;
  });

test('a publish tells where its messages are, and a reader without a group begins at any of them', async () => {
  await create('places');
  await publish('places', 0, 2_000);
  expect(await publish('places', 2_000, 6_000)).toEqual([
    {
      topic: 'places',
      partition: 0,
      firstOffset: 2_000n,
      lastOffset: 5_999n,
      last: { topic: 'places', key: 'acme', value: '5999' },
    },
  ]);
  expect(await valuesFrom('places', 0n)).toEqual(numbers(0, 6_000));
  expect(await valuesFrom('places', 4_321n)).toEqual(numbers(4_321, 6_000));
  const admin = clientOf(broker).connect().kafka.admin();
  await admin.connect();
  expect((await admin.listGroups()).groups).toEqual([]);
  await admin.disconnect();
}, 60_000);

test('markers of transactions are no messages, also where a topic ends with one', async () => {
  await create('marked');
  const producer = clientOf(broker).connect().kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    transactionalId: 'writer',
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic: 'marked', messages: [{ value: '0' }] });
  await transaction.commit();
  await producer.disconnect();
  const high = (): Promise<bigint | undefined> =>
    withTopic(clientOf(broker), 'marked', ({ spans: [span] }) => Promise.resolve(span?.high));
  await until(async () => (await high()) === 2n, 'the marker');
  expect(await valuesFrom('marked', 0n)).toEqual(['0']);
}, 60_000);

test('what was deleted from a topic is no longer in its span, and a topic that is deleted is missing', async () => {
  await create('deleted');
  await publish('deleted', 0, 10);
  const admin = clientOf(broker).connect().kafka.admin();
  await admin.connect();
  // kafkajs deletes only from topics whose partitions it has seen.
  await admin.fetchTopicOffsets('deleted');
  await admin.deleteTopicRecords({ topic: 'deleted', partitions: [{ partition: 0, offset: '7' }] });
  await admin.disconnect();
  const spans = await withTopic(clientOf(broker), 'deleted', (reader) => Promise.resolve(reader.spans));
  expect(spans).toEqual([{ partition: 0, low: 7n, high: 10n }]);
  expect(await valuesFrom('deleted', 7n)).toEqual(numbers(7, 10));
  await deleteTopic(clientOf(broker), 'deleted');
  await deleteTopic(clientOf(broker), 'deleted');
  await expect(valuesFrom('deleted', 0n)).rejects.toMatchObject({
    name: 'TopicMissing',
    message: 'there is no topic deleted',
  });
}, 60_000);

test('a cluster is known by its id', async () => {
  await create('here');
  const clusterOf = () => withTopic(clientOf(broker), 'here', ({ cluster }) => Promise.resolve(cluster));
  expect(await clusterOf()).toMatch(/^\S{22}$/);
  expect(await clusterOf()).toBe(await clusterOf());
}, 60_000);

test('whoever follows a topic is given what comes, at once, and knows where it has come to', async () => {
  await ensureTopics(clientOf(broker), [{ name: 'followed', compacted: false, partitions: 3 }]);
  await publish('followed', 0, 500);
  const ending = new AbortController();
  const values: string[] = [];
  const unseen = new Map<number, bigint>();
  let isAtEnd = false;
  const following = withTopic(clientOf(broker), 'followed', async ({ spans, follow }) => {
    for (const { partition, low } of spans) unseen.set(partition, low);
    for await (const { messages, atEnd } of follow(unseen, ending.signal)) {
      values.push(...messages.map(({ value }) => String(value)));
      isAtEnd = atEnd.size === 3;
    }
  });
  await until(() => values.length === 500 && isAtEnd, 'what was there');
  await publish('followed', 500, 1_500);
  await until(() => values.length === 1_500 && isAtEnd, 'what has come');
  expect(values).toEqual(numbers(0, 1_500));
  expect([...unseen.values()].sort()).toEqual([0n, 0n, 1_500n]);
  ending.abort();
  await following;
}, 60_000);

test('a follower is given every message of partitions that hold more than is fetched at once', async () => {
  await ensureTopics(clientOf(broker), [{ name: 'large', compacted: false, partitions: 3 }]);
  const publisher = createPublisher(clientOf(broker));
  const value = 'x'.repeat(400_000);
  const sent = Array.from({ length: 24 }, (_, index) => ({ topic: 'large', key: String(index), value }));
  for (const message of sent) await publisher.publish([message]);
  await publisher.close();
  const ending = new AbortController();
  const keys: string[] = [];
  await withTopic(clientOf(broker), 'large', async ({ spans, follow }) => {
    const unseen = new Map(spans.map(({ partition, low }) => [partition, low]));
    for await (const { messages, atEnd } of follow(unseen, ending.signal)) {
      keys.push(...messages.map(({ key }) => String(key)));
      if (atEnd.size === 3) ending.abort();
    }
  });
  expect(keys.sort()).toEqual(sent.map(({ key }) => key).sort());
}, 60_000);
