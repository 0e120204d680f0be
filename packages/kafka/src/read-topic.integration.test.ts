import { Partitioners } from 'kafkajs';
import type { Admin } from 'kafkajs';
import { clientOf, startBroker, until, type Broker } from './broker.test-support';
import { ensureTopics, readTopic } from './index';

let broker: Broker;
let admin: Admin;

beforeAll(async () => {
  broker = await startBroker();
  admin = clientOf(broker).connect().kafka.admin();
  await admin.connect();
}, 120_000);

afterAll(async () => {
  await admin.disconnect();
  await broker.stop();
});

const create = (name: string) => ensureTopics(clientOf(broker), [{ name, compacted: false, partitions: 1 }]);

const valuesOf = async (topic: string): Promise<string[]> => {
  const values: string[] = [];
  await readTopic(clientOf(broker), topic, (messages) => {
    for (const { value } of messages) values.push(String(value));
  });
  return values;
};

const groups = async (): Promise<string[]> => (await admin.listGroups()).groups.map(({ groupId }) => groupId);

/** A producer of somebody else's, who writes in transactions: each ends with a marker, which is no message. */
const transaction = async (topic: string, values: string[], end: 'commit' | 'abort'): Promise<void> => {
  const producer = clientOf(broker)
    .connect()
    .kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      transactionalId: `writer-of-${topic}-${end}`,
      idempotent: true,
      maxInFlightRequests: 1,
    });
  await producer.connect();
  const open = await producer.transaction();
  await open.send({ topic, messages: values.map((value) => ({ value })) });
  const before = await highOf(topic);
  await open[end]();
  // The coordinator answers before it has written the marker.
  await until(async () => (await highOf(topic)) > before, 'the marker of the transaction');
  await producer.disconnect();
};

const highOf = async (topic: string): Promise<bigint> =>
  (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + BigInt(high), 0n);

test('a topic that ends with the marker of a transaction is read to its end, and no group is left', async () => {
  await create('in-transactions');
  await transaction('in-transactions', ['1', '2'], 'commit');
  expect(await valuesOf('in-transactions')).toEqual(['1', '2']);
  await transaction('in-transactions', ['3'], 'abort');
  expect(await valuesOf('in-transactions')).toEqual(['1', '2']);
  expect(await groups()).toEqual([]);
}, 90_000);

test('an empty topic holds nothing, and one that is not there is told', async () => {
  await create('empty');
  expect(await valuesOf('empty')).toEqual([]);
  await expect(valuesOf('missing')).rejects.toMatchObject({
    name: 'KafkaUnavailable',
    message: 'there is no topic missing',
  });
}, 90_000);
