import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { openPrepaid } from './support/api';
import { outsideOf } from './support/kafka-scenario';
import { newStoreLedger } from './support/set-ups';
import { createDataFolder, spawnTollgate, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';

const prefix = 'roles.';
let broker: Broker;
let ledger: NodeJS.ProcessEnv;
let keys: string;

beforeAll(async () => {
  broker = await startBroker();
  ledger = await newStoreLedger();
  keys = await createDataFolder();
  await mkdir(keys, { recursive: true });
});
afterAll(() => broker.stop());

const environment = (): NodeJS.ProcessEnv => ({ ...ledger, TOLLGATE_SIGNING_KEY: join(keys, 'signing.pem') });
const start = async (...roles: string[]): Promise<Tollgate> =>
  startTollgate({
    data: await createDataFolder(),
    brokers: broker.brokers,
    flags: ['--kafka-topic-prefix', prefix, ...roles.flatMap((role) => ['--role', role])],
    environment: roles.includes('api') ? environment() : ledger,
  });
const sizeOf = (note: string): number => Number(note.split('\n')[1]);

test('one process signs: a second with its key does not start, and one that follows it goes on from what it signed', async () => {
  const intake = await start('intake', 'decide');
  const first = await start('api');
  await openPrepaid(intake.url, ['acme']);
  const latest = async ({ url }: Tollgate): Promise<string> =>
    until('it is signed', async () => {
      const answer = await fetch(`${url}/v1/checkpoints/latest`);
      return answer.ok && (await answer.text());
    });
  const before = await latest(first);
  const args = ['serve', '--role', 'api', '--port', '0', '--data', await createDataFolder()];
  const second = spawnTollgate(args, environment());
  expect([(await second.exited).code, second.output()]).toEqual([
    1,
    expect.stringContaining('another process is using'),
  ]);

  await first.kill();
  const next = await start('api');
  await openPrepaid(intake.url, ['globex']);
  await until('it goes on', async () => sizeOf(await latest(next)) > sizeOf(before));
  const newest = await latest(next);
  const { outside } = outsideOf(broker, prefix);
  const reader = await outside.read(`${prefix}checkpoints.v1`);
  await until('the newest has come', () => reader.messages.some(({ value }) => String(value) === newest));
  const sizes = reader.messages.map(({ value }) => sizeOf(String(value)));
  expect(sizes).toEqual([...sizes].sort((one, other) => one - other));
  expect(new Set(reader.messages.map(({ partition, key }) => `${String(partition)} ${String(key)}`)).size).toBe(1);
  await outside.close();
  await next.stop();
  await intake.stop();
});
