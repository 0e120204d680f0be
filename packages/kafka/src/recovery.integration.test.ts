import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  clientOf,
  collect,
  numbered,
  numbers,
  startBroker,
  until,
  type Broker,
  type LogLine,
} from './broker.test-support';
import { createPublisher, ensureTopics, type Publisher } from './index';

let dataDir: string;
let broker: Broker;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tollgate-recovery-'));
  broker = await startBroker({ dataDir });
}, 120_000);

afterEach(async () => {
  await broker.stop();
  rmSync(dataDir, { recursive: true });
});

const restart = async (): Promise<void> => {
  broker = await startBroker({ dataDir, port: broker.port });
};

const publishUntilAccepted = async (publisher: Publisher, from: number, to: number): Promise<void> => {
  for (let isAccepted = false; !isAccepted;) {
    isAccepted = await publisher.publish(numbered('calls', from, to)).then(
      () => true,
      () => false,
    );
  }
};

/** The first time each value was seen: what is left of at-least-once once repetitions are ignored. */
const firsts = (values: string[]): string[] => [...new Set(values)];

describe('when the broker is killed and comes back', () => {
  it('publisher and consumer go on by themselves, and nothing is lost or out of order', async () => {
    const lines: LogLine[] = [];
    const client = clientOf(broker, lines);
    await ensureTopics(client, [{ name: 'calls', compacted: false, partitions: 1 }]);
    const publisher = createPublisher(client, { deadlineMs: 5_000 });
    const states: string[] = [];
    const consumer = collect(client, { groupId: 'g', topics: ['calls'], onState: (state) => states.push(state) });
    const stopping = new AbortController();
    let sent = 0;
    const publishing = (async () => {
      for (; !stopping.signal.aborted; sent += 10) await publishUntilAccepted(publisher, sent, sent + 10);
    })();

    await until(() => consumer.values.length > 200, 'flowing');
    await broker.kill();
    await until(() => consumer.state() === 'disconnected', 'noticed');
    await restart();
    const before = consumer.values.length;
    await until(() => consumer.values.length > before + 200, 'flowing again');
    stopping.abort();
    await publishing;
    await until(() => consumer.values.includes(String(sent - 1)), 'the last one');

    await Promise.all([consumer.stop(), publisher.close()]);
    expect(firsts(consumer.values)).toEqual(numbers(0, sent));
    const turns = states.filter((state, index) => state !== states[index - 1]);
    expect(turns.slice(-4)).toEqual(['running', 'disconnected', 'running', 'disconnected']);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  }, 90_000);

  it('starts before the broker does', async () => {
    await ensureTopics(clientOf(broker), [{ name: 'calls', compacted: false, partitions: 1 }]);
    await broker.stop();
    const consumer = collect(clientOf(broker), { groupId: 'g', topics: ['calls'] });
    const publisher = createPublisher(clientOf(broker));
    await until(() => consumer.state() === 'disconnected', 'noticed');
    expect(publisher.isConnected()).toBe(false);
    await restart();
    await until(() => publisher.isConnected() && consumer.state() === 'running', 'connected');
    await publisher.publish(numbered('calls', 0, 3));
    await until(() => consumer.values.length === 3, 'all read');
    await Promise.all([consumer.stop(), publisher.close()]);
  }, 90_000);

  it('stops within seconds while the broker is away, dead or frozen', async () => {
    const client = clientOf(broker);
    await ensureTopics(client, [{ name: 'calls', compacted: false, partitions: 1 }]);
    const consumers = ['frozen', 'dead'].map((groupId) => collect(client, { groupId, topics: ['calls'] }));
    const publisher = createPublisher(client);
    await publisher.publish(numbered('calls', 0, 1));
    await until(() => consumers.every(({ values }) => values.length === 1), 'flowing');

    process.kill(broker.pid, 'SIGSTOP');
    let startedAt = Date.now();
    await consumers[0]?.stop();
    expect(Date.now() - startedAt).toBeLessThan(5_000);

    await broker.kill();
    startedAt = Date.now();
    await Promise.all([consumers[1]?.stop(), publisher.close()]);
    expect(Date.now() - startedAt).toBeLessThan(5_000);
    await restart();
  }, 60_000);
});
