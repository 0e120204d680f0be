import { setTimeout as delay } from 'node:timers/promises';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { openPrepaid } from './support/api';
import { startEventStore } from './support/event-store-process';
import type { EventStore } from './support/event-store-process';
import { untilReady } from './support/kafka-observer';
import type { TopicReader } from './support/kafka-observer';
import {
  commandsByAccount,
  deliveryFaultsOf,
  outsideOf,
  sendEntries,
  startOnKafka,
  untilConsumed,
  untilPublished,
} from './support/kafka-scenario';
import { createDataFolder } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { entriesOf } from './support/traffic-load';
import { until } from './support/until';
import { inconsistenciesOf, lastPosition, readWholeState, recordedIds } from './support/whole-state';

const prefix = 'store-kill.';
const group = `${prefix}group`;
const accounts = ['north', 'south', 'east', 'west', 'up', 'down'];
const messages = 4_000;

let broker: Broker;
let store: EventStore;
let parts: ReturnType<typeof outsideOf>;
let data: string;
let tollgate: Tollgate;
let trafficControl: TopicReader;

const start = async (): Promise<void> => {
  tollgate = await startOnKafka(broker.brokers, { data, prefix, environment: { EVENTSTORE_URL: store.url } });
  await untilReady(tollgate.url);
};

beforeAll(async () => {
  [broker, store, data] = await Promise.all([startBroker(), startEventStore(), createDataFolder()]);
  parts = outsideOf(broker, prefix);
  await start();
  await openPrepaid(tollgate.url, accounts);
  trafficControl = await parts.outside.read(parts.topics.trafficControl);
});

afterAll(async () => {
  await tollgate.kill();
  await parts.outside.close();
  await broker.stop();
});

/** Longer than an append is waited for. */
const pauseMs = 25_000;

const untilSomeFlow = async (): Promise<void> => {
  const from = await lastPosition(tollgate.url);
  await until('messages flow', async () => (await lastPosition(tollgate.url)) > from, 60_000);
};

describe('kill -9 of the event store and of Tollgate, and a store that hangs, while messages flow', () => {
  it('loses no message and counts none twice', async () => {
    const sending = (async () => {
      for (let sent = 0; sent < messages; sent += 100) await sendEntries(parts, entriesOf(accounts, sent, 100));
    })();
    await untilSomeFlow();
    await store.kill();
    await store.start();
    await untilSomeFlow();
    store.pause();
    await delay(pauseMs);
    store.resume();
    await untilSomeFlow();
    await tollgate.kill();
    await start();
    await untilSomeFlow();
    await Promise.all([store.kill(), tollgate.kill()]);
    await store.start();
    // The table and the relays of another machine.
    data = await createDataFolder();
    await start();
    await sending;
    await untilConsumed(parts, group);
    const state = await readWholeState(tollgate.url);
    const ids = state.histories.flatMap(recordedIds);
    expect(ids.sort()).toEqual(Array.from({ length: messages }, (_, index) => `e${String(index)}`).sort());
    expect(inconsistenciesOf(state)).toEqual([]);
  });

  it('publishes every command in order with no gap, a copy being byte for byte the same', async () => {
    const { commands } = await readWholeState(tollgate.url);
    await untilPublished(trafficControl, commands.length);
    expect(deliveryFaultsOf(trafficControl.messages)).toEqual([]);
    for (const [accountId, published] of commandsByAccount(trafficControl.messages))
      expect(published).toEqual(
        commands.map(({ command }) => command).filter((command) => command.accountId === accountId),
      );
  });
});
