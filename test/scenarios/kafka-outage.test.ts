import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { get, openPrepaid, post, postBatch } from './support/api';
import { untilReady } from './support/kafka-observer';
import {
  commandsByAccount,
  deliveryFaultsOf,
  outsideOf,
  sendEntries,
  startOnKafka,
  untilConsumed,
  untilPublished,
} from './support/kafka-scenario';
import { freePort } from '../../infra/child-server';
import { createDataFolder } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { entriesOf } from './support/traffic-load';
import { until } from './support/until';
import { inconsistenciesOf, lastPosition, readWholeState, recordedIds } from './support/whole-state';

const accounts = ['north', 'south', 'east', 'west'];

let port: number;
let dataDir: string;
let broker: Broker | undefined;
let tollgate: Tollgate;

const start = async (): Promise<Broker> => {
  broker = await startBroker({ port, dataDir });
  return broker;
};

beforeAll(async () => {
  port = await freePort();
  dataDir = await mkdtemp(join(tmpdir(), 'tollgate-outage-'));
});

afterAll(async () => {
  await broker?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** All commands on the topic are those of the log, each once or as a byte-identical copy, in order. */
const expectAllPublished = async (parts: ReturnType<typeof outsideOf>): Promise<void> => {
  const state = await readWholeState(tollgate.url);
  expect(inconsistenciesOf(state)).toEqual([]);
  const reader = await parts.outside.read(parts.topics.trafficControl);
  await untilPublished(reader, state.commands.length);
  expect(deliveryFaultsOf(reader.messages)).toEqual([]);
  const published = commandsByAccount(reader.messages);
  for (const accountId of accounts)
    expect(published.get(accountId)).toEqual(
      state.commands.map(({ command }) => command).filter((command) => command.accountId === accountId),
    );
};

describe('without a broker at start', () => {
  const prefix = 'absent.';

  it('HTTP works and commands are recorded; when the broker comes, they are published and intake begins', async () => {
    tollgate = await startOnKafka([`127.0.0.1:${String(port)}`], { data: await createDataFolder(), prefix });
    await openPrepaid(tollgate.url, accounts);
    expect((await postBatch(tollgate.url, entriesOf(accounts, 0, 40))).map(({ status }) => status)).toEqual(
      Array.from({ length: 40 }, () => 201),
    );
    expect((await readWholeState(tollgate.url)).commands.length).toBe(44);
    const { status, body } = await get(tollgate.url, '/readyz');
    expect([status, body['status']]).toEqual([503, 'not ready']);
    expect(body['parts']).toContainEqual(expect.objectContaining({ name: 'kafka', isReady: false }));
    expect((await get(tollgate.url, '/healthz')).status).toBe(200);

    const parts = outsideOf(await start(), prefix);
    await untilReady(tollgate.url);
    await sendEntries(parts, entriesOf(accounts, 40, 40));
    await untilConsumed(parts, `${prefix}group`);
    const state = await readWholeState(tollgate.url);
    expect(state.histories.flatMap(recordedIds)).toHaveLength(80);
    await expectAllPublished(parts);
    await parts.outside.close();
    expect((await tollgate.stop()).code).toBe(0);
  });

  it('it still stops within seconds with exit code 0', async () => {
    tollgate = await startOnKafka([`127.0.0.1:${String(await freePort())}`], {
      data: await createDataFolder(),
      prefix,
    });
    await post(tollgate.url, '/v1/accounts', { accountId: 'x', currency: 'EUR', cutoff: { balances: ['inbound'] } });
    const startedAt = Date.now();
    expect((await tollgate.stop()).code).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(9_000);
  });
});

describe('a broker that is killed and comes back while messages flow', () => {
  const prefix = 'killed.';

  it('nothing is lost or counted twice, and the commands go on without a gap', async () => {
    const { brokers } = broker ?? (await start());
    tollgate = await startOnKafka(brokers, { data: await createDataFolder(), prefix });
    await openPrepaid(tollgate.url, accounts);
    await untilReady(tollgate.url);
    const parts = outsideOf(broker ?? (await start()), prefix);
    let sent = 0;
    for (let round = 0; round < 2; round += 1) {
      // The producer tries again until the broker has it, as a rater does; a message may so arrive twice.
      const flowing = (async () => {
        for (let count = 0; count < 20; count += 1, sent += 100)
          await sendEntries(parts, entriesOf(accounts, sent, 100));
      })();
      const before = await lastPosition(tollgate.url);
      await until('messages flow', async () => (await lastPosition(tollgate.url)) > before + 300);
      await broker?.kill();
      // Meanwhile HTTP works.
      const id = `meanwhile-${String(round)}`;
      const paid = { paymentId: id, accountId: 'north', direction: 'inbound', amount: '1', currency: 'EUR' };
      expect((await post(tollgate.url, '/v1/payments', paid)).status).toBe(201);
      await until('Tollgate says so', async () => (await get(tollgate.url, '/readyz')).status === 503);
      await start();
      await flowing;
      await untilReady(tollgate.url);
    }
    await untilConsumed(parts, `${prefix}group`);
    const state = await readWholeState(tollgate.url);
    expect(state.histories.flatMap(recordedIds).sort()).toEqual(
      [...Array.from({ length: 4_000 }, (_, index) => `e${String(index)}`), 'meanwhile-0', 'meanwhile-1'].sort(),
    );
    await expectAllPublished(parts);
    await parts.outside.close();
    expect((await tollgate.stop()).code).toBe(0);
  });
});
