import { startBroker } from '../../../infra/kafka/broker';
import type { Broker } from '../../../infra/kafka/broker';
import { get, post, send } from '../../scenarios/support/api';
import type { Fields } from '../../scenarios/support/api';
import { untilReady } from '../../scenarios/support/kafka-observer';
import { outsideOf, startOnKafka } from '../../scenarios/support/kafka-scenario';
import { createDataFolder } from '../../scenarios/support/tollgate-process';
import type { Tollgate } from '../../scenarios/support/tollgate-process';
import { until } from '../../scenarios/support/until';

let broker: Broker;
let tollgate: Tollgate;
let parts: ReturnType<typeof outsideOf>;
let count = 0;

beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker.stop());

beforeEach(async () => {
  const prefix = `silent-${String((count += 1))}.`;
  parts = outsideOf(broker, prefix);
  tollgate = await startOnKafka(broker.brokers, { data: await createDataFolder(), prefix });
  await untilReady(tollgate.url);
  await block('first');
  await (await parts.outside.read(parts.topics.trafficControl)).untilCount(1);
});
afterEach(async () => {
  process.kill(broker.pid, 'SIGCONT');
  await tollgate.kill();
  await parts.outside.close();
});

/** A prepaid account without a payment: its inbound traffic is blocked from its first event. */
const block = (accountId: string) =>
  post(tollgate.url, '/v1/accounts', { accountId, currency: 'EUR', cutoff: { balances: ['inbound'] } });

const partOf = async (name: string): Promise<{ status: number; part: Fields | undefined }> => {
  const { status, body } = await get(tollgate.url, '/readyz');
  return { status, part: (body['parts'] as Fields[]).find((part) => part['name'] === name) };
};

const secondsWaiting = async (relay: string): Promise<number> => {
  const { text } = await send(tollgate.url, { method: 'GET', path: '/metrics' });
  const line = text.split('\n').find((one) => one.startsWith(`tollgate_relay_waiting_seconds{relay="${relay}"}`));
  return Number(line?.split(' ')[1]);
};

/** Something may be on its way for a moment. */
const untilNothingWaits = () => until('nothing waits', async () => (await secondsWaiting('traffic-control')) === 0);

const untilItWaits = (timeoutMs: number): Promise<Fields> =>
  until(
    'the relay says that a command waits',
    async () => {
      const { status, part } = await partOf('traffic-control relay');
      return status === 503 && part?.['isReady'] === false && part;
    },
    timeoutMs,
  );

test('a command that a frozen broker does not acknowledge shows in /readyz and in a metric, until it does', async () => {
  expect(await partOf('traffic-control relay')).toMatchObject({ status: 200, part: { detail: 'nothing waits' } });
  process.kill(broker.pid, 'SIGSTOP');
  const blockedAt = Date.now();
  await block('victim');
  const { detail } = await untilItWaits(12_000);
  expect(detail).toMatch(/^1 message, and any later ones, not acknowledged since .*: the broker has not answered yet$/);
  const since = Date.parse(/since (\S+):/.exec(detail as string)?.[1] ?? '');
  expect(since - blockedAt).toBeLessThan(2_000);
  expect(await secondsWaiting('traffic-control')).toBeGreaterThan(5);
  expect(await secondsWaiting('rejected')).toBe(0);
  process.kill(broker.pid, 'SIGCONT');
  await untilReady(tollgate.url);
  await untilNothingWaits();
});

test('a command that cannot be published, its topic being deleted, makes Tollgate not ready and says why', async () => {
  const admin = parts.outside.kafka.admin();
  await admin.connect();
  const topic = parts.topics.trafficControl;
  await admin.deleteTopics({ topics: [topic] });
  await block('victim');
  await untilItWaits(40_000);
  const { detail } = await until('the reason is known', async () => {
    const { part } = await partOf('traffic-control relay');
    return JSON.stringify(part).includes('UNKNOWN_TOPIC_OR_PARTITION') && part;
  });
  expect(detail).toMatch(/^1 message, and any later ones, not acknowledged since/);
  await admin.createTopics({ topics: [{ topic, numPartitions: 6 }], waitForLeaders: true });
  await admin.disconnect();
  await untilReady(tollgate.url);
  await untilNothingWaits();
});

test('SIGTERM while the broker is frozen ends within seconds with exit code 0, and the next start sends what waited', async () => {
  process.kill(broker.pid, 'SIGSTOP');
  await block('victim');
  await until('the command is on its way', async () => (await secondsWaiting('traffic-control')) > 0);
  const startedAt = Date.now();
  expect(await tollgate.stop()).toEqual({ code: 0, signal: null });
  expect(Date.now() - startedAt).toBeLessThan(9_000);
  expect(tollgate.output()).toContain('traffic-control relay stops; what the broker has not acknowledged is sent');
  process.kill(broker.pid, 'SIGCONT');
  tollgate = await startOnKafka(broker.brokers, { data: tollgate.data, prefix: `silent-${String(count)}.` });
  const reader = await parts.outside.read(parts.topics.trafficControl);
  await reader.untilCount(1, ({ key }) => key === 'victim/inbound');
});

test('SIGTERM after a start with a frozen broker ends within seconds with exit code 0', async () => {
  await tollgate.stop();
  process.kill(broker.pid, 'SIGSTOP');
  tollgate = await startOnKafka(broker.brokers, { data: tollgate.data, prefix: `silent-${String(count)}.` });
  await block('victim');
  await until('the command is on its way', async () => (await secondsWaiting('traffic-control')) > 0);
  const startedAt = Date.now();
  expect(await tollgate.stop()).toEqual({ code: 0, signal: null });
  expect(Date.now() - startedAt).toBeLessThan(9_000);
});
