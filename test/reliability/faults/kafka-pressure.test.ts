import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startBroker } from '../../../infra/kafka/broker';
import type { Broker } from '../../../infra/kafka/broker';
import { freePort } from '../../../infra/child-server';
import { get, post, postBatch } from '../../scenarios/support/api';
import { untilReady } from '../../scenarios/support/kafka-observer';
import {
  deliveryFaultsOf,
  outsideOf,
  readOffsets,
  sendEntries,
  startOnKafka,
  untilConsumed,
  untilPublished,
} from '../../scenarios/support/kafka-scenario';
import { createDataFolder } from '../../scenarios/support/tollgate-process';
import type { Tollgate } from '../../scenarios/support/tollgate-process';
import { entriesOf } from '../../scenarios/support/traffic-load';
import { until } from '../../scenarios/support/until';
import { inconsistenciesOf, readWholeState, recordedIds } from '../../scenarios/support/whole-state';
import { slowWrites, testOnSlowDisk } from './slow-disk.fixture';
import { describeOnSmallDisk, smallDisk } from './small-disk.fixture';
import { startSlowProxy } from './slow-proxy.fixture';
import type { SlowProxy } from './slow-proxy.fixture';

const accounts = ['north', 'south', 'east', 'west'];

let proxy: SlowProxy;
let broker: Broker;
let parts: ReturnType<typeof outsideOf>;
let tollgate: Tollgate;
let prefix: string;
let group: string;
let count = 0;

/** Whoever is told of the broker's address goes through the proxy. */
beforeAll(async () => {
  const port = await freePort();
  proxy = await startSlowProxy(port);
  broker = await startBroker({
    port,
    config: { 'advertised.listeners': `PLAINTEXT://127.0.0.1:${String(proxy.port)}` },
  });
});
afterAll(async () => {
  proxy.close();
  await broker.stop();
});

const start = async (data: string): Promise<void> => {
  count += 1;
  prefix = `pressure-${String(count)}.`;
  group = `${prefix}group`;
  parts = outsideOf(broker, prefix);
  tollgate = await startOnKafka([`127.0.0.1:${String(proxy.port)}`], { data, prefix, group });
  await untilReady(tollgate.url);
  for (const accountId of accounts)
    await post(tollgate.url, '/v1/accounts', { accountId, currency: 'EUR', cutoff: { balances: ['inbound'] } });
};
afterEach(async () => {
  proxy.delay(0);
  proxy.release();
  await tollgate.kill();
  await parts.outside.close();
});

/** Every entry up to `total` is recorded once, and the balances and commands are what follows from them. */
const expectAllOnce = async (total: number): Promise<void> => {
  const state = await readWholeState(tollgate.url);
  expect(inconsistenciesOf(state)).toEqual([]);
  const ids = state.histories.flatMap(recordedIds);
  expect(ids.sort()).toEqual(Array.from({ length: total }, (_, index) => `e${String(index)}`).sort());
};

/** How many messages the group has committed. */
const committedBy = async (groupId: string): Promise<number> => {
  const offsets = [...(await readOffsets(parts, groupId)).values()];
  return offsets.reduce((sum, { committed }) => sum + Math.max(0, Number(committed)), 0);
};

test('through a slow broker, and one that hangs for a while, commands come late but all of them and in order; HTTP does not wait', async () => {
  await start(await createDataFolder());
  const reader = await parts.outside.read(parts.topics.trafficControl);
  proxy.delay(100);
  for (let from = 0; from < 400; from += 40) {
    if (from === 200) proxy.hold();
    const answers = await postBatch(tollgate.url, entriesOf(accounts, from, 40));
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
  }
  await pause(8_000);
  expect((await get(tollgate.url, '/v1/accounts/north')).status).toBe(200);
  proxy.release();
  const state = await readWholeState(tollgate.url);
  await untilPublished(reader, state.commands.length, 90_000);
  expect(deliveryFaultsOf(reader.messages)).toEqual([]);
  await expectAllOnce(400);
});

test('members of the group that come, take partitions and leave, or fall silent, make nothing lost or counted twice', async () => {
  await start(await createDataFolder());
  const total = 6_000;
  const sending = (async () => {
    for (let from = 0; from < total; from += 200) {
      await sendEntries(parts, entriesOf(accounts, from, 200));
      await pause(100);
    }
  })();
  for (let round = 0; round < 2; round += 1) {
    // It takes what it is given and commits nothing.
    const other = parts.outside.kafka.consumer({ groupId: group, sessionTimeout: 6_000, maxWaitTimeInMs: 250 });
    let isJoined = false;
    other.on(other.events.GROUP_JOIN, () => (isJoined = true));
    await other.connect();
    await other.subscribe({ topics: [parts.topics.payments, parts.topics.usage], fromBeginning: true });
    await other.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
    await until('another member has joined', () => isJoined, 60_000);
    await pause(500);
    await other.disconnect();
  }
  // Longer than its session: the group gives its partitions away, and it finds itself a zombie.
  process.kill(tollgate.pid, 'SIGSTOP');
  await pause(9_000);
  process.kill(tollgate.pid, 'SIGCONT');
  await sending;
  await untilConsumed(parts, group);
  await expectAllOnce(total);
});

/** Enough for what may be read ahead (32 MiB), with half as much again to spare; half of what the whole backlog comes to. */
const heapMegabytes = 130;

testOnSlowDisk(
  'a backlog far larger than its memory is not read ahead while a slow disk holds up what is recorded',
  async () => {
    await start(await createDataFolder());
    const data = tollgate.data;
    await tollgate.stop();
    const total = 24_000;
    const names = Array.from({ length: 64 }, (_, index) => `name-${String(index)}`);
    const attributes = Object.fromEntries(names.map((name) => [name, 'x'.repeat(100)]));
    const usageOf = (id: number) => {
      const accountId = accounts[id % accounts.length] ?? '';
      return {
        kind: 'usage',
        usageId: `e${String(id)}`,
        accountId,
        direction: 'inbound',
        amount: '1',
        currency: 'EUR',
      };
    };
    for (let from = 0; from < total; from += 100)
      await sendEntries(
        parts,
        Array.from({ length: 100 }, (_, index) => ({ ...usageOf(from + index), attributes })),
      );

    const environment = { NODE_OPTIONS: `--max-old-space-size=${String(heapMegabytes)}` };
    tollgate = await startOnKafka([`127.0.0.1:${String(proxy.port)}`], { data, prefix, group, environment });
    const disk = slowWrites(tollgate.pid, join(data, 'log', '0000000000000001.log'), 1_000);
    const workedOff = async (): Promise<string> => {
      await until('some of it is recorded', async () => (await committedBy(group)) > 3_000, 60_000);
      await disk.release();
      await untilConsumed(parts, group);
      return 'worked off';
    };
    const died = tollgate.exited.then(() => tollgate.output());
    expect(await Promise.race([workedOff(), died])).toBe('worked off');
    await expectAllOnce(total);
  },
  240_000,
);

describeOnSmallDisk('with a disk that is full', () => {
  test('messages wait in Kafka, uncommitted, and are recorded once there is room, without a restart', async () => {
    const disk = smallDisk();
    try {
      await start(disk.folder);
      await sendEntries(parts, entriesOf(accounts, 0, 100));
      await untilConsumed(parts, group);
      disk.fill(tollgate.pid, 0);
      const total = 40_000;
      for (let from = 100; from < total; from += 1_900) await sendEntries(parts, entriesOf(accounts, from, 1_900));
      await until('it is said that messages wait', () => tollgate.output().includes('Handling Kafka messages failed'));
      expect((await get(tollgate.url, '/v1/accounts/north/history')).status).toBe(200);
      disk.grow(tollgate.pid);
      await untilConsumed(parts, group);
      await expectAllOnce(total);
    } finally {
      await tollgate.kill();
      disk.release();
    }
  });
});
