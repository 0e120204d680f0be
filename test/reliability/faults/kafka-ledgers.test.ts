import { cp, rm } from 'node:fs/promises';
import { startBroker } from '../../../infra/kafka/broker';
import type { Broker } from '../../../infra/kafka/broker';
import { get, post, readAll } from '../../scenarios/support/api';
import { goodPayment } from '../../scenarios/support/bad-bodies';
import { untilReady } from '../../scenarios/support/kafka-observer';
import { outsideOf, startOnKafka, untilConsumed } from '../../scenarios/support/kafka-scenario';
import { createDataFolder } from '../../scenarios/support/tollgate-process';
import type { Tollgate } from '../../scenarios/support/tollgate-process';
import { until } from '../../scenarios/support/until';
import { recordedIds } from '../../scenarios/support/whole-state';

const prefix = 'ledgers.';
const group = 'ledgers.group';

let broker: Broker;
let parts: ReturnType<typeof outsideOf>;
let data: string;
let tollgate: Tollgate;

const start = (folder: string): Promise<Tollgate> => startOnKafka(broker.brokers, { data: folder, prefix, group });

const receive = async (...paymentIds: string[]): Promise<void> => {
  await parts.outside.send(
    parts.topics.payments,
    paymentIds.map((paymentId) => ({ key: paymentId, value: JSON.stringify(goodPayment({ paymentId })) })),
  );
  await untilConsumed(parts, group);
};

const received = async ({ url }: Tollgate): Promise<string[]> =>
  recordedIds(await readAll(url, '/v1/accounts/victim/history')).sort();

beforeAll(async () => {
  broker = await startBroker();
  parts = outsideOf(broker, prefix);
  data = await createDataFolder();
  tollgate = await start(data);
  await untilReady(tollgate.url);
  await post(tollgate.url, '/v1/accounts', { accountId: 'victim', currency: 'EUR' });
  await receive('p1', 'p2', 'p3');
});

afterAll(async () => {
  await tollgate.kill();
  await parts.outside.close();
  await broker.stop();
});

test('a second ledger takes no message from the first: it stays out of its group and says why', async () => {
  const other = await start(await createDataFolder());
  const answer = await until('it says why', async () => {
    const { text } = await get(other.url, '/readyz');
    return text.includes('another ledger') && text;
  });
  expect(answer).toContain('consumer group ledgers.group reads for another ledger');
  expect(answer).toContain('set KAFKA_GROUP');
  expect((await get(other.url, '/readyz')).status).toBe(503);
  const ids = Array.from({ length: 50 }, (_, index) => `many-${String(index)}`);
  await receive(...ids);
  expect(await received(tollgate)).toEqual([...ids, 'p1', 'p2', 'p3'].sort());
  expect((await get(other.url, '/v1/accounts')).body['items']).toEqual([]);
  expect(await other.stop()).toEqual({ code: 0, signal: null });
});

test('a log restored from a copy reads again what came after the copy, and counts nothing twice', async () => {
  await tollgate.stop();
  const copy = await createDataFolder();
  await cp(data, copy, { recursive: true });
  tollgate = await start(data);
  await receive('late-1', 'late-2');
  const before = await received(tollgate);
  await tollgate.stop();
  await rm(data, { recursive: true });
  await cp(copy, data, { recursive: true });
  tollgate = await start(data);
  // What came over HTTP after the copy is sent again at once: the log may outgrow what was lost before Kafka is looked at.
  for (const paymentId of ['again-1', 'again-2', 'again-3', 'again-4', 'again-5'])
    await post(tollgate.url, '/v1/payments', goodPayment({ paymentId }));
  before.push('again-1', 'again-2', 'again-3', 'again-4', 'again-5');
  await untilReady(tollgate.url);
  await until('the messages after the copy are back', async () => (await received(tollgate)).length >= before.length);
  await untilConsumed(parts, group);
  expect(await received(tollgate)).toEqual(before.sort());
  expect(tollgate.output()).toContain('The log is an older copy');
});
