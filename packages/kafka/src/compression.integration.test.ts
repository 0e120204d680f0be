import { clientOf, collect, numbers, numbered, startBroker, until, type Broker } from './broker.test-support';
import { createPublisher } from './index';

let broker: Broker;

beforeAll(async () => {
  broker = await startBroker();
}, 120_000);
afterAll(() => broker.stop());

// A broker recompresses what is sent to a topic with a compression of its own, with the Java client's libraries.
it.each(['gzip', 'snappy', 'lz4', 'zstd'])('reads messages compressed with %s', async (compression) => {
  const client = clientOf(broker);
  const { kafka, cut } = client.connect();
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = [{ name: 'compression.type', value: compression }];
  await admin.createTopics({ topics: [{ topic: compression, numPartitions: 1, configEntries }], waitForLeaders: true });
  await admin.disconnect();
  cut();
  const publisher = createPublisher(client);
  await publisher.publish(numbered(compression, 0, 5_000));
  await publisher.close();
  const consumer = collect(client, { groupId: compression, topics: [compression] });
  await until(() => consumer.values.length >= 5_000, 'all read');
  await consumer.stop();
  expect(consumer.values).toEqual(numbers(0, 5_000));
});
