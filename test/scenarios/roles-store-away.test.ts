import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { get, openPrepaid, post, send } from './support/api';
import type { Fields } from './support/api';
import { startEventStore } from './support/event-store-process';
import type { EventStore } from './support/event-store-process';
import { freePort } from '../../infra/child-server';
import { untilReady } from './support/kafka-observer';
import { startRoleProcesses } from './support/role-processes';
import type { RoleProcesses } from './support/role-processes';
import { newDatabase } from './support/set-ups';
import { createDataFolder, spawnTollgate, startTollgate } from './support/tollgate-process';
import { until } from './support/until';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker.stop());

const accounts = ['north', 'south'];
let count = 0;

/** Each role as a process, on a store of their own that goes away as it is told. */
const startAll = async (): Promise<{ store: EventStore; tollgate: RoleProcesses }> => {
  const [store, database] = await Promise.all([startEventStore(), newDatabase()]);
  const tollgate = await startRoleProcesses({
    data: '',
    brokers: broker.brokers,
    flags: ['--kafka-topic-prefix', `away-${String((count += 1))}.`, '--kafka-group', `away-${String(count)}`],
    environment: { EVENTSTORE_URL: store.url, DATABASE_URL: database.url },
  });
  await untilReady(tollgate.url);
  await openPrepaid(tollgate.url, accounts);
  return { store, tollgate };
};

const intakeOf = ({ processes }: RoleProcesses): string =>
  processes.find(({ role }) => role === 'intake')?.tollgate.url ?? '';

const pay = async (url: string, paymentId: string) => {
  const beganMs = performance.now();
  const body = { paymentId, accountId: 'north', amount: '1', direction: 'inbound', currency: 'EUR' };
  const answer = await post(url, '/v1/payments', body);
  return { ...answer, lastedMs: performance.now() - beganMs };
};

const eventLogOf = async (url: string): Promise<Fields> => {
  const { body } = await get(url, '/readyz');
  return (body['parts'] as Fields[]).find(({ name }) => name === 'event log') ?? {};
};

it.each<[string, (store: EventStore) => Promise<void> | void]>([
  ['is killed', (store) => store.kill()],
  ['hangs', (store) => store.pause()],
])(
  'while the store %s, roles that are told to stop answer what they have and end: they used to kill themselves after 10 s and answer nothing',
  async (_name, goAway) => {
    const { store, tollgate } = await startAll();
    await goAway(store);
    const url = intakeOf(tollgate);
    const answers = ['a', 'b', 'c'].map((name) => pay(url, name));
    await until('the payments have arrived', async () => {
      const { text } = await send(url, { method: 'GET', path: '/metrics' });
      return /^tollgate_intake_queued 3$/m.test(text);
    });
    const beganMs = performance.now();
    const ends = await Promise.all(
      tollgate.processes.map(async ({ role, tollgate: one }) => ({ role, ...(await one.stop()) })),
    );
    expect(ends).toEqual(tollgate.processes.map(({ role }) => ({ role, code: 0, signal: null })));
    expect(performance.now() - beganMs).toBeLessThan(9_000);
    for (const { status, body } of await Promise.all(answers))
      expect([status, body['code']]).toEqual([503, 'STORE_UNAVAILABLE']);
    await store.kill();
  },
);

it('a write is answered 503 within 20 s of its arrival, in our own words, and an intake is ready once the store answers: a second write used to take 39 s, and readiness came back after 10 s', async () => {
  const { store, tollgate } = await startAll();
  await store.kill();
  const url = intakeOf(tollgate);
  const first = pay(url, 'a');
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const answers = await Promise.all([first, pay(url, 'b'), pay(url, 'c')]);
  for (const { status, body, lastedMs } of answers) {
    expect(status).toBe(503);
    expect(lastedMs).toBeLessThan(25_000);
    expect(body['detail']).toMatch(
      /^the event (store is not available: it cannot be reached|log has not taken it within)/,
    );
  }
  expect(await eventLogOf(url)).toMatchObject({ isReady: false });
  await store.start();
  await until('the intake is ready', async () => (await eventLogOf(url))['isReady'] === true);
  for (const name of ['a', 'b', 'c']) expect([200, 201]).toContain((await pay(url, name)).status);
  await tollgate.stop();
  await store.kill();
});

it('a role that waits for the store at its start says so: it used to print nothing for 20 s', async () => {
  const store = await startEventStore();
  await store.kill();
  const { child, exited, output } = spawnTollgate(
    ['serve', '--role', 'api', '--port', '0', '--data', await createDataFolder()],
    { EVENTSTORE_URL: store.url },
  );
  await until('it says that it waits', () => output().includes('Tollgate waits for the event store'), 10_000);
  child.kill('SIGINT');
  expect(await exited).toEqual({ code: 0, signal: null });
});

it('an intake whose broker is away stays ready and says so, for all of them would be taken out; a process that does everything does not', async () => {
  const ready = async (flags: string[]) => {
    const store = await startEventStore();
    const tollgate = await startTollgate({
      data: await createDataFolder(),
      flags: ['--kafka-brokers', `127.0.0.1:${String(await freePort())}`, ...flags],
      environment: { EVENTSTORE_URL: store.url },
    });
    const kafkaOf = async () => {
      const { status, body } = await get(tollgate.url, '/readyz');
      return { status, kafka: (body['parts'] as Fields[]).find(({ name }) => name === 'kafka')?.['isReady'] };
    };
    const seen = await until('the store has answered', async () => {
      const found = await kafkaOf();
      return (await eventLogOf(tollgate.url))['isReady'] === true && found;
    });
    const { text } = await send(tollgate.url, { method: 'GET', path: '/metrics' });
    await tollgate.kill();
    await store.kill();
    return { ...seen, metric: /^tollgate_kafka_ready (\d)$/m.exec(text)?.[1] };
  };
  expect(await ready(['--role', 'intake'])).toEqual({ status: 200, kafka: false, metric: '0' });
  expect(await ready([])).toEqual({ status: 503, kafka: false, metric: '0' });
});
