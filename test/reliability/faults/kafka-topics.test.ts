import { ConfigResourceTypes } from 'kafkajs';
import { startBroker } from '../../../infra/kafka/broker';
import type { Broker } from '../../../infra/kafka/broker';
import { get, post } from '../../scenarios/support/api';
import { goodPayment, goodUsage } from '../../scenarios/support/bad-bodies';
import { jsonOf, untilReady } from '../../scenarios/support/kafka-observer';
import { commandsByAccount, outsideOf, startOnKafka, untilConsumed } from '../../scenarios/support/kafka-scenario';
import { createDataFolder } from '../../scenarios/support/tollgate-process';
import type { Tollgate } from '../../scenarios/support/tollgate-process';
import { until } from '../../scenarios/support/until';

const partitions = [0, 1, 2, 3, 4, 5];

let broker: Broker;
let parts: ReturnType<typeof outsideOf>;
let prefix: string;
let group: string;
let tollgate: Tollgate;
let count = 0;

beforeAll(async () => {
  broker = await startBroker({ config: { 'delete.topic.enable': true } });
});
afterAll(() => broker.stop());

/** A Tollgate with topics of its own and one open prepaid account, `victim`. */
beforeEach(async () => {
  prefix = `topics-${String((count += 1))}.`;
  group = `${prefix}group`;
  parts = outsideOf(broker, prefix);
  tollgate = await startOnKafka(broker.brokers, { data: await createDataFolder(), prefix, group });
  await untilReady(tollgate.url);
  await post(tollgate.url, '/v1/accounts', { accountId: 'victim', currency: 'EUR', cutoff: { balances: ['inbound'] } });
});
afterEach(async () => {
  await tollgate.kill();
  await parts.outside.close();
});

const withAdmin = async <Result>(
  act: (admin: ReturnType<(typeof parts.outside.kafka)['admin']>) => Promise<Result>,
): Promise<Result> => {
  const admin = parts.outside.kafka.admin();
  await admin.connect();
  try {
    return await act(admin);
  } finally {
    await admin.disconnect();
  }
};

const sendTo = (topic: string, partition: number, body: unknown): Promise<void> =>
  parts.outside.send(topic, [
    { key: 'victim', partition, value: typeof body === 'string' ? body : JSON.stringify(body) },
  ]);

const inboundOf = async (accountId: string): Promise<unknown> =>
  ((await get(tollgate.url, `/v1/accounts/${accountId}`)).body['balances'] as Record<string, unknown>)['inbound'];

test('a poison message at the head of each partition of each topic is refused, and what stands behind it counts', async () => {
  const { payments, usage, rejected } = parts.topics;
  for (const partition of partitions)
    for (const topic of [payments, usage]) await sendTo(topic, partition, '{"paymentId": poison');
  for (const partition of partitions) {
    await sendTo(payments, partition, goodPayment({ paymentId: `p${String(partition)}`, amount: '2' }));
    await sendTo(usage, partition, goodUsage({ usageId: `u${String(partition)}`, amount: '1' }));
  }
  await untilConsumed(parts, group);
  await until('all is counted', async () => (await inboundOf('victim')) === '6');
  const refusals = await (await parts.outside.read(rejected)).untilCount(12);
  const places = refusals.map((message) => {
    const { topic, partition, offset } = jsonOf(message)['source'] as Record<string, unknown>;
    return `${String(topic)}/${String(partition)}/${String(offset)}`;
  });
  const expected = [payments, usage].flatMap((topic) => partitions.map((place) => `${topic}/${String(place)}/0`));
  expect(places.sort()).toEqual(expected.sort());
});

test('a refused message of nearly the broker’s limit is cut to fit the rejected topic, and says so', async () => {
  // Text within text: each quote doubles, twice.
  const quoted = goodPayment({ paymentId: 'quoted', reference: '"'.repeat(450_000) });
  const long = goodPayment({ paymentId: 'long', reference: 'é'.repeat(490_000) });
  for (const payment of [quoted, long, goodPayment({ paymentId: 'after', amount: '3' })])
    await sendTo(parts.topics.payments, 0, payment);
  const refusals = await (await parts.outside.read(parts.topics.rejected)).untilCount(2);
  for (const refusal of refusals) {
    expect(jsonOf(refusal)).toMatchObject({ code: 'INVALID_REQUEST', truncated: true });
    expect(refusal.value?.length).toBeLessThan(1_000_000);
  }
  await until('what came behind it counts', async () => (await inboundOf('victim')) === '3');
});

test('a refused message of 20 MB on a topic that takes it is cut to what the rejected topic takes, once; what follows counts', async () => {
  const { payments, rejected } = parts.topics;
  const configEntries = [{ name: 'max.message.bytes', value: '30000000' }];
  const resources = [{ type: ConfigResourceTypes.TOPIC, name: payments, configEntries }];
  await withAdmin((admin) => admin.alterConfigs({ validateOnly: false, resources }));
  const large = JSON.stringify(goodPayment({ paymentId: 'large', reference: 'x'.repeat(20_000_000) }));
  for (const payment of [large, goodPayment({ paymentId: 'after', amount: '3' }), large])
    await sendTo(payments, 0, payment);
  await sendTo(parts.topics.usage, 0, goodUsage({ usageId: 'elsewhere', amount: '1' }));
  await untilConsumed(parts, group);
  await until('what followed is counted', async () => (await inboundOf('victim')) === '2');
  const refusals = await (await parts.outside.read(rejected)).untilCount(2);
  const offsets = refusals.map((refusal) => {
    expect(jsonOf(refusal)).toMatchObject({ code: 'INVALID_REQUEST', truncated: true, sizeBytes: large.length });
    expect(large.startsWith(String(jsonOf(refusal)['payload']))).toBe(true);
    return (jsonOf(refusal)['source'] as Record<string, unknown>)['offset'];
  });
  // Their own keys put them into partitions of their own.
  expect(new Set(offsets)).toEqual(new Set(['0', '2']));
});

test('while the rejected topic cannot be written inputs go on, and the refusals come once it can', async () => {
  const { payments, rejected } = parts.topics;
  await withAdmin((admin) => admin.deleteTopics({ topics: [rejected] }));
  for (const index of partitions) {
    await sendTo(payments, 0, goodPayment({ paymentId: `bad-${String(index)}`, accountId: 'nobody' }));
    await sendTo(payments, 0, goodPayment({ paymentId: `good-${String(index)}` }));
  }
  await untilConsumed(parts, group);
  await until('all is counted', async () => (await inboundOf('victim')) === '6');
  await until('it is said that refusals wait', () => tollgate.output().includes('rejected relay'), 60_000);
  const configEntries = [{ name: 'max.message.bytes', value: '150' }];
  await withAdmin((admin) =>
    admin.createTopics({ topics: [{ topic: rejected, numPartitions: 6, configEntries }], waitForLeaders: true }),
  );
  await until(
    'it is tried again',
    () => /too large|too_large|MESSAGE_TOO_LARGE|larger/i.test(tollgate.output()),
    60_000,
  );
  await post(tollgate.url, '/v1/payments', goodPayment({ paymentId: 'over-http' }));
  expect(await inboundOf('victim')).toBe('7');
  await withAdmin((admin) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: rejected,
          configEntries: [{ name: 'max.message.bytes', value: '1000000' }],
        },
      ],
    }),
  );
  const refusals = await (await parts.outside.read(rejected)).untilCount(6);
  // By where they were read: one that was being cut to fit when there was room again has come cut.
  const offsets = refusals.map((message) => Number((jsonOf(message)['source'] as { offset: string }).offset));
  expect([...new Set(offsets)].sort((one, other) => one - other)).toEqual(partitions.map((index) => 2 * index));
});

test('a deleted traffic-control topic holds nothing else up; made again, it has the commands since', async () => {
  const { trafficControl } = parts.topics;
  await (await parts.outside.read(trafficControl)).untilCount(1);
  await parts.outside.close();
  parts = outsideOf(broker, prefix);
  await withAdmin((admin) => admin.deleteTopics({ topics: [trafficControl] }));
  await sendTo(parts.topics.payments, 0, goodPayment({ paymentId: 'p1', amount: '5' }));
  await sendTo(parts.topics.usage, 0, goodUsage({ usageId: 'u1', amount: '5' }));
  await untilConsumed(parts, group);
  await until('both are counted', async () => (await inboundOf('victim')) === '0');
  await withAdmin((admin) =>
    admin.createTopics({ topics: [{ topic: trafficControl, numPartitions: 6 }], waitForLeaders: true }),
  );
  const messages = await (await parts.outside.read(trafficControl)).untilCount(2);
  const commands = commandsByAccount(messages).get('victim') ?? [];
  const edges = commands.map(({ type, sequence }) => `${String(sequence)} ${type}`);
  expect(edges.slice(-2)).toEqual(['2 UnblockTraffic', '3 BlockTraffic']);
});

test('an input topic that was deleted and made again is read from its start, and the other goes on meanwhile', async () => {
  const { payments, usage } = parts.topics;
  await sendTo(payments, 0, goodPayment({ paymentId: 'p1', amount: '1' }));
  await untilConsumed(parts, group);
  await withAdmin((admin) => admin.deleteTopics({ topics: [payments] }));
  await withAdmin((admin) =>
    admin.createTopics({ topics: [{ topic: payments, numPartitions: 6 }], waitForLeaders: true }),
  );
  await sendTo(payments, 0, goodPayment({ paymentId: 'p1', amount: '1' }));
  await sendTo(payments, 0, goodPayment({ paymentId: 'p2', amount: '10' }));
  await sendTo(usage, 0, goodUsage({ usageId: 'u1', amount: '3' }));
  await until(
    'the new messages are counted, the old one once',
    async () => (await inboundOf('victim')) === '8',
    90_000,
  );
});
