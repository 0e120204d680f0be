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

/** A transaction of somebody else's, with these messages sent: it ends with a marker, which is no message. */
const begin = async (topic: string, values: string[]) => {
  const producer = clientOf(broker)
    .connect()
    .kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      transactionalId: `writer-${values.join('-')}`,
      idempotent: true,
      maxInFlightRequests: 1,
    });
  await producer.connect();
  const open = await producer.transaction();
  await open.send({ topic, messages: values.map((value) => ({ value })) });
  const end = (how: 'commit' | 'abort') => async (): Promise<void> => {
    await open[how]();
    await producer.disconnect();
  };
  return { commit: end('commit'), abort: end('abort') };
};

test('a topic that ends with the marker of a transaction is read to its end, and no group is left', async () => {
  await create('in-transactions');
  await (await begin('in-transactions', ['1', '2'])).commit();
  expect(await valuesOf('in-transactions')).toEqual(['1', '2']);
  await (await begin('in-transactions', ['3'])).abort();
  expect(await valuesOf('in-transactions')).toEqual(['1', '2']);
  expect(await groups()).toEqual([]);
}, 90_000);

test('what was committed was left out as long as the marker of its transaction was not written', async () => {
  await create('under-way');
  await (await begin('under-way', ['0'])).commit();
  const open = await begin('under-way', ['4', '5']);
  const reading = valuesOf('under-way');
  await until(async () => (await groups()).length > 0, 'the reader waits for the end of the transaction');
  await open.commit();
  expect(await reading).toEqual(['0', '4', '5']);
}, 90_000);

test('an empty topic holds nothing, and one that is not there is told', async () => {
  await create('empty');
  expect(await valuesOf('empty')).toEqual([]);
  await expect(valuesOf('missing')).rejects.toMatchObject({
    name: 'KafkaUnavailable',
    message: 'there is no topic missing',
  });
}, 90_000);
