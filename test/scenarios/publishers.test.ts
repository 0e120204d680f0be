import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { openPrepaid } from './support/api';
import { startEventStore } from './support/event-store-process';
import type { EventStore } from './support/event-store-process';
import { untilReady } from './support/kafka-observer';
import type { TopicReader } from './support/kafka-observer';
import { commandsByAccount, deliveryFaultsOf, outsideOf, startOnKafka, untilPublished } from './support/kafka-scenario';
import { untilStanding } from './support/publishers';
import { createDataFolder } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { contentOf, lastOfKeys, relayPart, turnTraffic, untilHolding } from './support/topic-content';
import { readWholeState } from './support/whole-state';

const accounts = ['north', 'south', 'east', 'west', 'up', 'down'];

let broker: Broker;
let store: EventStore;

beforeAll(async () => {
  [broker, store] = await Promise.all([startBroker(), startEventStore()]);
});

afterAll(() => broker.stop());

let tests = 0;
let prefix: string;
let parts: ReturnType<typeof outsideOf>;
let trafficControl: TopicReader;
let one: Tollgate;
let other: Tollgate;

const start = async (): Promise<Tollgate> =>
  startOnKafka(broker.brokers, {
    ...{ data: await createDataFolder(), prefix },
    environment: { EVENTSTORE_URL: store.url, EVENTSTORE_STREAM_PREFIX: `publishers${String(tests)}-` },
  });

/** Two processes on one ledger, the first of which publishes, and twelve commands. */
beforeEach(async () => {
  tests += 1;
  prefix = `publishers-${String(tests)}.`;
  parts = outsideOf(broker, prefix);
  one = await start();
  await untilReady(one.url);
  other = await start();
  await untilReady(other.url);
  await openPrepaid(one.url, accounts);
  await turnTraffic(one.url, accounts, '5');
  await untilHolding(parts, 12);
  trafficControl = await parts.outside.read(parts.topics.trafficControl);
});

afterEach(async () => {
  await Promise.all([one.kill(), other.kill()]);
  await parts.outside.close();
});

const untilAllPublished = async ({ url }: Tollgate): Promise<void> => {
  const { commands } = await readWholeState(url);
  await untilPublished(trafficControl, commands.length);
  for (const [accountId, published] of commandsByAccount(trafficControl.messages))
    expect(published).toEqual(commands.map(({ command }) => command).filter((command) => command.accountId === accountId));
};

describe('several processes on one ledger', () => {
  it('one publishes, each command once, and the others stand by, ready', async () => {
    await untilStanding(one, 'active');
    await untilStanding(other, 'stands by');
    expect((await relayPart(other.url)).status).toBe(200);
    await turnTraffic(other.url, accounts, '-9');
    await untilAllPublished(one);
    expect(trafficControl.messages).toHaveLength(18);
    expect(deliveryFaultsOf(trafficControl.messages)).toEqual([]);
  });

  it('another one goes on at once where the first is stopped, and repeats nothing', async () => {
    const stopped = await one.stop();
    const at = Date.now();
    await untilStanding(other, 'active');
    expect(Date.now() - at).toBeLessThan(3_000);
    expect(stopped).toEqual({ code: 0, signal: null });
    await turnTraffic(other.url, accounts, '-9');
    await untilAllPublished(other);
    expect(trafficControl.messages).toHaveLength(18);
    expect(deliveryFaultsOf(trafficControl.messages)).toEqual([]);
  });

  it('another one goes on within seconds where the first is killed', async () => {
    await one.kill();
    const at = Date.now();
    await turnTraffic(other.url, accounts, '-9');
    await untilAllPublished(other);
    expect(Date.now() - at).toBeLessThan(12_000);
    expect(deliveryFaultsOf(trafficControl.messages)).toEqual([]);
  });

  it('a process that was not there before finds what was published in the topic', async () => {
    const before = lastOfKeys(await contentOf(parts));
    await Promise.all([one.stop(), other.stop()]);
    one = await start();
    other = await start();
    await untilReady(one.url);
    expect(lastOfKeys(await contentOf(parts))).toEqual(before);
    expect(await contentOf(parts)).toHaveLength(12);
  });
});
