import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { openPrepaid } from './support/api';
import { startEventStore } from './support/event-store-process';
import type { EventStore } from './support/event-store-process';
import { untilReady } from './support/kafka-observer';
import type { TopicReader } from './support/kafka-observer';
import { commandsByAccount, deliveryFaultsOf, outsideOf, startOnKafka, untilPublished } from './support/kafka-scenario';
import { untilStanding } from './support/publishers';
import { createDataFolder, spawnTollgate } from './support/tollgate-process';
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

const environment = (): NodeJS.ProcessEnv => ({
  EVENTSTORE_URL: store.url,
  EVENTSTORE_STREAM_PREFIX: `publishers${String(tests)}-`,
});

const start = async (): Promise<Tollgate> =>
  startOnKafka(broker.brokers, {
    ...{ data: await createDataFolder(), prefix },
    environment: environment(),
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
    expect(published).toEqual(
      commands.map(({ command }) => command).filter((command) => command.accountId === accountId),
    );
};

describe('several processes on one ledger', () => {
  it('one publishes, each command once, and the others stand by, ready', async () => {
    await untilStanding(one, 'active');
    await untilStanding(other, 'stands by');
    expect((await relayPart(other.url)).status).toBe(200);
    const later = await start();
    await untilStanding(later, 'stands by');
    await untilStanding(one, 'active');
    await turnTraffic(other.url, accounts, '-9');
    await untilAllPublished(one);
    expect(trafficControl.messages).toHaveLength(18);
    expect(deliveryFaultsOf(trafficControl.messages)).toEqual([]);
    await later.kill();
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

  it('rejected messages are not repeated by the next one', async () => {
    await parts.outside.send(parts.topics.payments, [
      { key: 'x', value: 'nonsense' },
      { key: 'y', value: '{}' },
    ]);
    await untilHolding(parts, 2, parts.topics.rejected);
    await one.kill();
    await untilStanding(other, 'active');
    await parts.outside.send(parts.topics.payments, [{ key: 'z', value: '[]' }]);
    await untilHolding(parts, 3, parts.topics.rejected);
    expect(lastOfKeys(await contentOf(parts, parts.topics.rejected)).size).toBe(3);
    expect(await contentOf(parts, parts.topics.rejected)).toHaveLength(3);
  });

  it('a topic that is emptied while they run is filled again, and by hand it is not while one publishes', async () => {
    const before = lastOfKeys(await contentOf(parts));
    const kafka = ['--kafka-brokers', broker.brokers.join(','), '--kafka-topic-prefix', prefix];
    const by = async (...args: string[]) => {
      const run = spawnTollgate(['topics', ...args, ...kafka], environment());
      return { ...(await run.exited), output: run.output() };
    };
    expect(await by('check')).toMatchObject({ code: 0 });
    await one.stop();
    const data = await createDataFolder();
    const refused = await by('republish', 'traffic-control', '--data', data);
    expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('a Tollgate publishes this ledger')]);
    expect((await by('reset', '--yes')).code).toBe(0);
    expect(lastOfKeys(await untilHolding(parts, 6))).toEqual(before);
    await untilReady(other.url);
    expect(await contentOf(parts)).toHaveLength(6);
    await other.stop();
    const again = await by('republish', 'traffic-control', '--data', data);
    expect([again.code, again.output]).toEqual([0, expect.stringContaining('6 messages')]);
    expect(lastOfKeys(await contentOf(parts))).toEqual(before);
  });

  it('another one goes on within seconds where the first is killed', async () => {
    await one.kill();
    const at = Date.now();
    await turnTraffic(other.url, accounts, '-9');
    await untilAllPublished(other);
    expect(Date.now() - at).toBeLessThan(12_000);
    expect(trafficControl.messages).toHaveLength(18);
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
