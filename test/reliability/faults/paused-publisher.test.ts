import { freePort } from '../../../infra/child-server';
import { startBroker } from '../../../infra/kafka/broker';
import type { Broker } from '../../../infra/kafka/broker';
import { openPrepaid } from '../../scenarios/support/api';
import { startEventStore } from '../../scenarios/support/event-store-process';
import type { EventStore } from '../../scenarios/support/event-store-process';
import { jsonOf, untilReady } from '../../scenarios/support/kafka-observer';
import type { TopicReader } from '../../scenarios/support/kafka-observer';
import { commandsByAccount, outsideOf, startOnKafka, untilPublished } from '../../scenarios/support/kafka-scenario';
import { untilStanding } from '../../scenarios/support/publishers';
import { createDataFolder } from '../../scenarios/support/tollgate-process';
import type { Tollgate } from '../../scenarios/support/tollgate-process';
import { relayPart, turnTraffic } from '../../scenarios/support/topic-content';
import { until } from '../../scenarios/support/until';
import { readWholeState } from '../../scenarios/support/whole-state';
import { startSlowProxy } from './slow-proxy.fixture';
import type { SlowProxy } from './slow-proxy.fixture';

const accounts = ['north', 'south', 'east', 'west', 'up', 'down'];
const repairLimitMs = 1_000;

let proxy: SlowProxy;
let broker: Broker;
let store: EventStore;
let tests = 0;
let parts: ReturnType<typeof outsideOf>;
let trafficControl: TopicReader;
let paused: Tollgate;
let other: Tollgate;

/** The broker is reached by two ways: one of them goes through the proxy. */
beforeAll(async () => {
  const [port, behind] = [await freePort(), await freePort()];
  proxy = await startSlowProxy(behind);
  const listeners = (ports: { plain: number; proxied: number }): string =>
    `PLAINTEXT://127.0.0.1:${String(ports.plain)},PROXIED://127.0.0.1:${String(ports.proxied)}`;
  const controllerPort = await freePort();
  [store, broker] = await Promise.all([
    startEventStore(),
    startBroker({
      port,
      config: {
        listeners: `${listeners({ plain: port, proxied: behind })},CONTROLLER://127.0.0.1:${String(controllerPort)}`,
        'controller.quorum.voters': `1@127.0.0.1:${String(controllerPort)}`,
        'advertised.listeners': listeners({ plain: port, proxied: proxy.port }),
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT',
        'inter.broker.listener.name': 'PLAINTEXT',
      },
    }),
  ]);
});

afterAll(async () => {
  proxy.close();
  await broker.stop();
});

beforeEach(async () => {
  tests += 1;
  const prefix = `paused-${String(tests)}.`;
  parts = outsideOf(broker, prefix);
  const environment = { EVENTSTORE_URL: store.url, EVENTSTORE_STREAM_PREFIX: `paused${String(tests)}-` };
  const start = async (brokers: readonly string[]): Promise<Tollgate> => {
    const tollgate = await startOnKafka(brokers, { data: await createDataFolder(), prefix, environment });
    await untilReady(tollgate.url);
    return tollgate;
  };
  paused = await start([`127.0.0.1:${String(proxy.port)}`]);
  await untilStanding(paused, 'active');
  other = await start(broker.brokers);
  await openPrepaid(paused.url, accounts);
  await turnTraffic(paused.url, accounts, '5');
  trafficControl = await parts.outside.read(parts.topics.trafficControl);
  await trafficControl.untilCount(12);
});

afterEach(async () => {
  proxy.release();
  await Promise.all([paused.kill(), other.kill()]);
  await parts.outside.close();
});

const sequencesOf = (key: string): unknown[] =>
  trafficControl.messages.filter((one) => one.key === key).map((one) => jsonOf(one)['sequence']);

const isSameBytes = (): boolean => {
  const bytes = new Map<string, string>();
  return trafficControl.messages.every((message) => {
    const { commandId } = jsonOf(message) as { commandId: string };
    const text = JSON.stringify([message.value?.toString(), message.headers]);
    const first = bytes.get(commandId) ?? text;
    bytes.set(commandId, first);
    return first === text;
  });
};

describe('a publisher that is paused while a send is under way', () => {
  it('left an old command behind the newest, which the next publisher sends again within a second', async () => {
    proxy.hold();
    await turnTraffic(paused.url, ['north'], '-9');
    await until('a send is under way', async () => (await relayPart(paused.url)).detail.includes('not acknowledged'));
    process.kill(paused.pid, 'SIGSTOP');
    await untilStanding(other, 'active');
    await turnTraffic(other.url, ['north'], '9');
    await until('the next one publishes', () => sequencesOf('north/inbound').join() === '1,2,3,4');
    proxy.release();
    await until('the old command arrives', () => sequencesOf('north/inbound').join().startsWith('1,2,3,4,3'));
    const arrivedAt = Date.now();
    await until('the newest stands last', () => sequencesOf('north/inbound').join() === '1,2,3,4,3,4');
    expect(Date.now() - arrivedAt).toBeLessThan(repairLimitMs);
    process.kill(paused.pid, 'SIGCONT');
    await untilStanding(paused, 'stands by');
    await turnTraffic(other.url, accounts, '-20');
    await untilPublished(trafficControl, 20);
    expect(sequencesOf('north/inbound').join()).toBe('1,2,3,4,3,4,5');
    expect(trafficControl.messages).toHaveLength(22);
    expect(isSameBytes()).toBe(true);
  });

  it('left an old command while nobody published, which the next publisher finds behind the newest', async () => {
    proxy.hold();
    await turnTraffic(paused.url, ['north'], '-9');
    await until('a send is under way', async () => (await relayPart(paused.url)).detail.includes('not acknowledged'));
    process.kill(paused.pid, 'SIGSTOP');
    await untilStanding(other, 'active');
    await turnTraffic(other.url, ['north'], '9');
    await until('the next one publishes', () => sequencesOf('north/inbound').join() === '1,2,3,4');
    process.kill(other.pid, 'SIGSTOP');
    proxy.release();
    await until('the old command arrives', () => sequencesOf('north/inbound').join() === '1,2,3,4,3');
    await other.kill();
    process.kill(paused.pid, 'SIGCONT');
    await until('the newest stands last', () => sequencesOf('north/inbound').join() === '1,2,3,4,3,4');
    await untilStanding(paused, 'active');
    expect(trafficControl.messages).toHaveLength(16);
    expect(isSameBytes()).toBe(true);
  });

  it('goes on while others publish under load, and in the end the last message of every key is the newest', async () => {
    const ending = new AbortController();
    const turning = (async () => {
      for (let turn = 0; !ending.signal.aborted; turn += 1)
        await turnTraffic(other.url, accounts, turn % 2 === 0 ? '-30' : '30');
    })();
    await until('commands flow', () => trafficControl.messages.length > 50);
    process.kill(paused.pid, 'SIGSTOP');
    await untilStanding(other, 'active');
    process.kill(paused.pid, 'SIGCONT');
    await until('commands flow on', () => trafficControl.messages.length > 200);
    process.kill(other.pid, 'SIGSTOP');
    await untilStanding(paused, 'active');
    process.kill(other.pid, 'SIGCONT');
    await untilStanding(other, 'stands by');
    ending.abort();
    await turning;
    const { commands } = await readWholeState(other.url);
    await untilPublished(trafficControl, commands.length);
    for (const [accountId, published] of commandsByAccount(trafficControl.messages))
      expect(published).toEqual(
        commands.map(({ command }) => command).filter((command) => command.accountId === accountId),
      );
    expect(isSameBytes()).toBe(true);
  });
});
