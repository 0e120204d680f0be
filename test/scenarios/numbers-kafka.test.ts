import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { get, openPrepaid } from './support/api';
import type { Fields } from './support/api';
import { jsonOf, untilReady } from './support/kafka-observer';
import { outsideOf, sendEntries, startOnKafka, untilConsumed } from './support/kafka-scenario';
import { numbers, numbersIn, shown, shredKeys, usage } from './support/numbers';
import { createDataFolder } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';

const prefix = 'numbers.';
const group = `${prefix}group`;

let broker: Broker;
let parts: ReturnType<typeof outsideOf>;
let keys: string;
let tollgate: Tollgate;

beforeAll(async () => {
  broker = await startBroker();
  parts = outsideOf(broker, prefix);
  const data = await createDataFolder();
  keys = join(await createDataFolder(), 'keys');
  tollgate = await startOnKafka(broker.brokers, { data, prefix, flags: ['--number-keys', keys] });
  await untilReady(tollgate.url);
  await openPrepaid(tollgate.url, ['acme']);
});
afterAll(async () => {
  await tollgate.kill();
  await parts.outside.close();
  await broker.stop();
});

const sendUsage = (...entries: Fields[]): Promise<void> =>
  sendEntries(
    parts,
    entries.map((entry) => ({ kind: 'usage', ...entry })),
  );
const consumed = (): Promise<boolean> => untilConsumed(parts, group);
const untilShown = (expected: unknown[]): Promise<unknown> =>
  until('the numbers are shown', async () => {
    const found = await numbersIn(tollgate.url, 'acme');
    return found.length === expected.length ? found : undefined;
  }).then((found) => {
    expect(found).toEqual(expected);
  });

test('calls that come over Kafka are sealed, and a call that comes again with other numbers is rejected', async () => {
  await sendUsage(usage('acme', 'u-1'), usage('acme', 'u-2'));
  await untilShown([shown, shown]);
  await sendUsage(usage('acme', 'u-1'), usage('acme', 'u-1', { ...numbers, callee: '+1' }));
  const rejected = await parts.outside.read(parts.topics.rejected);
  const [conflict] = await rejected.untilCount(1);
  expect(conflict && jsonOf(conflict)).toMatchObject({ code: 'ID_CONFLICT' });
  await rejected.stop();
});

test('once they are shredded the same calls are duplicates whatever numbers they have: none is rejected', async () => {
  await shredKeys(keys, '--account', 'acme', '--yes');
  await sendUsage(usage('acme', 'u-1', { caller: '+1', callee: '+2' }), usage('acme', 'u-2', {}), usage('acme', 'u-3'));
  await untilShown(['shredded', 'shredded', shown]);
  await consumed();
  const rejected = await parts.outside.read(parts.topics.rejected);
  await rejected.untilCount(1);
  expect(rejected.messages).toHaveLength(1);
  await rejected.stop();
});

test('while their keys are away calls wait in the topic, and are recorded and compared once they are back', async () => {
  renameSync(keys, `${keys}-away`);
  await sendUsage(usage('acme', 'u-3'), usage('acme', 'u-4'));
  await until('it says so', async () => (await get(tollgate.url, '/readyz')).text.includes(`${keys} is not there`));
  expect(await numbersIn(tollgate.url, 'acme')).toEqual(['sealed', 'sealed', 'sealed']);
  renameSync(`${keys}-away`, keys);
  await untilShown(['shredded', 'shredded', shown, shown]);
  await consumed();
});
