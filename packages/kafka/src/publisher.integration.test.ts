import { readFileSync, readdirSync } from 'node:fs';
import {
  clientOf,
  collect,
  numbered,
  numbers,
  recordingLog,
  startBroker,
  until,
  type Broker,
} from './broker.test-support';
import { PublishError, createKafka, createPublisher, ensureTopics, type Publisher } from './index';

let broker: Broker;
let publisher: Publisher;

beforeAll(async () => {
  broker = await startBroker({ config: { 'message.max.bytes': 100_000 } });
  const topics = ['order', 'large', 'sequence', 'frozen', 'closing'].map((name) => ({
    name,
    compacted: false,
    partitions: 6,
  }));
  await ensureTopics(clientOf(broker), topics);
}, 120_000);

afterAll(() => broker.stop());

beforeEach(() => {
  publisher = createPublisher(clientOf(broker), { deadlineMs: 10_000 });
});

afterEach(() => publisher.close());

/** Everything the topic holds, by reading it until the marker published now has come. */
const valuesIn = async (topic: string): Promise<string[]> => {
  const marker = createPublisher(clientOf(broker));
  await marker.publish(
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((key) => ({ topic, key: `acme-${String(key)}`, value: 'end' })),
  );
  await marker.publish([{ topic, key: 'acme', value: 'end' }]);
  await marker.close();
  const reader = collect(clientOf(broker), { groupId: `reader-${topic}`, topics: [topic] });
  await until(() => reader.values.filter((value) => value === 'end').length >= 11, 'all read');
  await reader.stop();
  return reader.values.filter((value) => value !== 'end');
};

/** A broker that is stopped goes on until the last of its threads has noticed. */
const freeze = async (): Promise<void> => {
  process.kill(broker.pid, 'SIGSTOP');
  const threads = `/proc/${String(broker.pid)}/task`;
  const isStopped = (thread: string): boolean => readFileSync(`${threads}/${thread}/stat`, 'utf8').includes(') T ');
  await until(() => readdirSync(threads).every(isStopped), 'the broker is frozen');
};

const publishUntilAccepted = async (to: Publisher, messages: ReturnType<typeof numbered>): Promise<void> => {
  for (let isDone = false; !isDone;) {
    isDone = await to.publish(messages).then(
      () => true,
      () => false,
    );
  }
};

describe('publishing', () => {
  it('connects before the first message, so that it need not wait', async () => {
    await until(() => publisher.isConnected(), 'connected');
    await publisher.close();
    expect(publisher.isConnected()).toBe(false);
  });

  it('keeps the order of a key within a call and over calls that were not waited for', async () => {
    await Promise.all([0, 3_000, 6_000].map((from) => publisher.publish(numbered('order', from, from + 3_000))));
    expect(await valuesIn('order')).toEqual(numbers(0, 9_000));
  });

  it('splits where the broker’s limit is below ours, and names the one message it refuses', async () => {
    const fitting = ['a', 'b', 'c', 'd'].map((name) => ({ topic: 'large', key: 'acme', value: name.repeat(60_000) }));
    await publisher.publish(fitting);
    const tooLarge = { topic: 'large', key: 'too-large', value: 'x'.repeat(200_000) };
    const failure = publisher.publish([{ topic: 'large', key: 'acme', value: 'before' }, tooLarge]);
    await expect(failure).rejects.toMatchObject({ retriable: false, refused: { topic: 'large', key: 'too-large' } });
    await publisher.publish([{ topic: 'large', key: 'acme', value: 'after' }]);
    const seen = new Set(await valuesIn('large'));
    expect([...seen].map((value) => value.replace(/^(.)\1+$/, '$1'))).toEqual(['a', 'b', 'c', 'd', 'before', 'after']);
  });

  it('does not lose the messages after a request of which the broker wrote a part', async () => {
    const tooLarge = { topic: 'sequence', key: 'acme-1', value: 'x'.repeat(200_000) };
    const rest = Array.from({ length: 9 }, (_, key) => ({
      topic: 'sequence',
      key: `acme-${String(key + 2)}`,
      value: 'first',
    }));
    await expect(publisher.publish([...rest, tooLarge])).rejects.toThrow(PublishError);
    await publisher.publish(rest.map((message) => ({ ...message, value: 'second' })));
    const seen = await valuesIn('sequence');
    expect(seen.filter((value) => value === 'second')).toHaveLength(rest.length);
  });

  it('ends at its deadline when the broker does not answer, and works again when it does', async () => {
    const hasty = createPublisher(clientOf(broker), { deadlineMs: 1_000 });
    await hasty.publish(numbered('frozen', 0, 1));
    process.kill(broker.pid, 'SIGSTOP');
    const startedAt = Date.now();
    const outcomes = await Promise.allSettled([
      hasty.publish(numbered('frozen', 1, 2)),
      hasty.publish(numbered('frozen', 1, 2)),
    ]);
    const tookMs = Date.now() - startedAt;
    process.kill(broker.pid, 'SIGCONT');
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(tookMs).toBeLessThan(2_000);
    await publishUntilAccepted(hasty, numbered('frozen', 1, 3));
    await hasty.close();
    const seen = await valuesIn('frozen');
    expect([...new Set(seen)]).toEqual(numbers(0, 3));
    expect(seen.at(-1)).toBe('2');
  });

  it('is refused once closed, after letting what was under way end', async () => {
    const underWay = publisher.publish(numbered('closing', 0, 1_000));
    await publisher.close();
    await underWay;
    await expect(publisher.publish(numbered('closing', 0, 1))).rejects.toThrow('closed');
  });

  it('closes within seconds while the broker does not answer, and rejects what is not acknowledged, what waits behind it too', async () => {
    await publishUntilAccepted(publisher, numbered('closing', 0, 1));
    await freeze();
    const outcomes = Promise.allSettled([
      publisher.publish(numbered('closing', 1, 2)),
      publisher.publish(numbered('closing', 2, 3)),
    ]);
    const startedAt = Date.now();
    await publisher.close();
    const statuses = (await outcomes).map(({ status }) => status);
    const tookMs = Date.now() - startedAt;
    process.kill(broker.pid, 'SIGCONT');
    expect(statuses).toEqual(['rejected', 'rejected']);
    expect(tookMs).toBeLessThan(6_000);
  });

  it('fails as retriable within seconds when there is no broker, or no such topic', async () => {
    const nobody = createPublisher(createKafka({ brokers: ['127.0.0.1:1'], clientId: 'test' }, recordingLog()));
    await expect(nobody.publish(numbered('order', 0, 1))).rejects.toMatchObject({ retriable: true });
    expect(nobody.isConnected()).toBe(false);
    await nobody.close();
    await expect(publisher.publish(numbered('missing', 0, 1))).rejects.toMatchObject({
      name: 'PublishError',
      retriable: true,
    });
  });
});
