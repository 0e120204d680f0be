import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { startBroker } from '../../../infra/kafka/broker';
import type { Broker } from '../../../infra/kafka/broker';
import { freePort } from '../../scenarios/support/free-port';
import { get, post, postBatch } from '../../scenarios/support/api';
import { untilReady } from '../../scenarios/support/kafka-observer';
import {
  deliveryFaultsOf,
  outsideOf,
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

const memoryMegabytes = (pid: number): number =>
  Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? 0) / 1_024;

/** What it comes to while all is well is 260 to 290 MB, and 510 to 540 where it reads on without waiting for what it writes. */
const healthyMegabytes = 290;

test('a backlog far larger than its memory is worked off with memory that stays flat', async () => {
  await start(await createDataFolder());
  const data = tollgate.data;
  await tollgate.stop();
  const total = 100_000;
  // 1 kB each: as objects all of it would be half a gigabyte.
  const attributes = { padding: 'x'.repeat(900) };
  for (let from = 0; from < total; from += 5_000) {
    const entries = entriesOf(accounts, from, 5_000).map((entry) =>
      entry['kind'] === 'usage' ? { ...entry, attributes } : { ...entry, reference: 'x'.repeat(200) },
    );
    for (let at = 0; at < entries.length; at += 500) await sendEntries(parts, entries.slice(at, at + 500));
  }
  tollgate = await startOnKafka([`127.0.0.1:${String(proxy.port)}`], { data, prefix, group });
  const samples: number[] = [];
  const sampling = setInterval(() => samples.push(memoryMegabytes(tollgate.pid)), 100);
  await untilConsumed(parts, group);
  clearInterval(sampling);
  const [early, late] = [
    Math.max(...samples.slice(0, -samples.length / 3)),
    Math.max(...samples.slice(-samples.length / 3)),
  ];
  process.stdout.write(
    `peaks ${early.toFixed(0)}, then ${late.toFixed(0)} MB over ${String(samples.length)} samples\n`,
  );
  expect(Math.max(early, late)).toBeLessThan(healthyMegabytes * 1.3);
  expect(late).toBeLessThan(early * 1.25);
  await expectAllOnce(total);
}, 240_000);

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
