import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { get, post } from './support/api';
import { goodPayment } from './support/bad-bodies';
import { untilReady } from './support/kafka-observer';
import { outsideOf, startOnKafka, untilConsumed } from './support/kafka-scenario';
import { createDataFolder, runTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';

const prefix = 'lost.';
const group = 'lost.group';

let broker: Broker;
let parts: ReturnType<typeof outsideOf>;
let admin: ReturnType<(typeof parts)['outside']['kafka']['admin']>;
let data: string;
let tollgate: Tollgate;

const start = async (): Promise<void> => {
  tollgate = await startOnKafka(broker.brokers, { data, prefix, group });
  await untilReady(tollgate.url);
};

beforeAll(async () => {
  broker = await startBroker();
  parts = outsideOf(broker, prefix);
  admin = parts.outside.kafka.admin();
  await admin.connect();
  data = await createDataFolder();
  await start();
  await post(tollgate.url, '/v1/accounts', { accountId: 'victim', currency: 'EUR' });
});
afterAll(async () => {
  await tollgate.kill();
  await admin.disconnect();
  await parts.outside.close();
  await broker.stop();
});

const pay = (from: number, to: number): Promise<void> =>
  parts.outside.send(
    parts.topics.payments,
    Array.from({ length: to - from }, (_, at) => ({
      ...{ key: 'victim', partition: 0 },
      value: JSON.stringify(goodPayment({ paymentId: `p${String(from + at)}`, amount: '1' })),
    })),
  );

const inbound = async (): Promise<unknown> =>
  ((await get(tollgate.url, '/v1/accounts/victim')).body['balances'] as Record<string, unknown>)['inbound'];

type Event = { type: string; stream: string; data: Record<string, unknown> };

const losses = async (): Promise<Event[]> => {
  const { output } = await runTollgate('export', '--data', data);
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Event).filter(({ type }) => type === 'InputLost');
};

const kafkaDetail = async (): Promise<{ status: number; detail: unknown }> => {
  const { status, body } = await get(tollgate.url, '/readyz');
  const kafka = (body['parts'] as Record<string, unknown>[]).find(({ name }) => name === 'kafka');
  return { status, detail: kafka?.['detail'] };
};

const gapsMetric = async (): Promise<string[]> =>
  (await (await fetch(`${tollgate.url}/metrics`)).text())
    .split('\n')
    .filter((line) => line.startsWith('tollgate_input_lost_gaps{'));

const deleteUpTo = async (offset: string): Promise<void> => {
  await admin.fetchTopicOffsets(parts.topics.payments);
  await admin.deleteTopicRecords({ topic: parts.topics.payments, partitions: [{ partition: 0, offset }] });
};

test('payments that retention deleted while Tollgate was stopped were missing, and nothing said so', async () => {
  await pay(0, 5);
  await untilConsumed(parts, group);
  await tollgate.stop();
  await pay(5, 20);
  await deleteUpTo('12');
  await start();
  await untilConsumed(parts, group);
  await until('what was left counts', async () => (await inbound()) === '13');
  const { payments: topic } = parts.topics;
  const gap = { topic, partition: 0, from: '5', to: '12', why: 'deleted' };
  expect(await losses()).toMatchObject([{ stream: `lost-${topic}-0`, revision: 0, data: gap }]);
  expect(tollgate.output()).toContain('Messages were lost before they could be read');
  expect(await gapsMetric()).toEqual([`tollgate_input_lost_gaps{topic="${topic}",partition="0"} 1`]);
  expect(await kafkaDetail()).toMatchObject({
    status: 200,
    detail: expect.stringContaining(
      `; lost before it was read: ${topic}/0 from 5 to 12 (deleted), noticed 20`,
    ) as string,
  });
});

test('after a restart, also one by a kill, the same gap is still told of and is not recorded again', async () => {
  const [before] = await losses();
  await tollgate.kill();
  await start();
  await pay(20, 21);
  await until('more is read', async () => (await inbound()) === '14');
  expect(await losses()).toEqual([before]);
  expect(await gapsMetric()).toHaveLength(1);
  expect((await kafkaDetail()).detail).toContain('from 5 to 12 (deleted)');
  expect(tollgate.output()).not.toContain('Messages were lost before they could be read');
  const { code, output } = await runTollgate('verify', '--data', data);
  expect([code, output]).toEqual([0, expect.stringContaining('as it should be') as string]);
});

test('an input topic that was deleted while Tollgate ran held up the other; it is created again and read', async () => {
  const { payments, usage } = parts.topics;
  await admin.deleteTopics({ topics: [payments] });
  await parts.outside.send(usage, [
    {
      key: 'victim',
      value: '{"usageId":"u1","accountId":"victim","direction":"inbound","amount":"3","currency":"EUR"}',
    },
  ]);
  await until('the call counts', async () => (await inbound()) === '11', 60_000);
  await until('it is created again', async () => (await admin.listTopics()).includes(payments), 60_000);
  await parts.outside.close();
  parts = outsideOf(broker, prefix);
  await pay(30, 31);
  await until('the payment counts', async () => (await inbound()) === '12', 60_000);
  await untilReady(tollgate.url);
  const told = (await losses()).map(({ data: { from, to, why } }) => ({ from, to, why }));
  expect(told).toEqual([
    { from: '5', to: '12', why: 'deleted' },
    { from: '21', to: '0', why: 'recreated' },
  ]);
});

test('a topic that was created anew while Tollgate was stopped was read from its start without a word: the broker forgets its commits', async () => {
  const { payments } = parts.topics;
  await untilConsumed(parts, group);
  await tollgate.stop();
  await admin.deleteTopics({ topics: [payments] });
  await start();
  const isRecreated = ({ data: { from, why } }: Event): boolean => from === '1' && why === 'recreated';
  await until('it is told', async () => (await losses()).some(isRecreated));
  expect((await losses()).at(-1)).toMatchObject({ data: { topic: payments, partition: 0, from: '1', to: '0' } });
  await tollgate.kill();
  await start();
  expect(await losses()).toHaveLength(3);
});
