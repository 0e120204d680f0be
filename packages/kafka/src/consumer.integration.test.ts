import {
  clientOf,
  collect,
  committedOf,
  numbered,
  numbers,
  startBroker,
  until,
  type Broker,
  type LogLine,
} from './broker.test-support';
import { createPublisher, ensureTopics, runConsumer, type Publisher } from './index';

let broker: Broker;
let publisher: Publisher;
let count = 0;

beforeAll(async () => {
  broker = await startBroker();
  publisher = createPublisher(clientOf(broker));
}, 120_000);

afterAll(async () => {
  await publisher.close();
  await broker.stop();
});

const newTopic = async (partitions = 1): Promise<string> => {
  const name = `topic-${String((count += 1))}`;
  await ensureTopics(clientOf(broker), [{ name, compacted: false, partitions }]);
  return name;
};

describe('consuming', () => {
  it('gives a partition’s messages in order, in batches no larger than asked', async () => {
    const topic = await newTopic();
    await publisher.publish(numbered(topic, 0, 500));
    const sizes: number[] = [];
    const seen: string[] = [];
    const consumer = runConsumer(clientOf(broker), {
      groupId: topic,
      topics: [topic],
      maxBatchMessages: 100,
      onBatch: (messages) => {
        sizes.push(messages.length);
        seen.push(...messages.map(({ key, value }) => `${String(key)} ${String(value)}`));
        return Promise.resolve();
      },
    });
    await until(() => seen.length >= 500, 'all read');
    await consumer.stop();
    expect(seen).toEqual(numbers(0, 500).map((value) => `acme ${value}`));
    expect(Math.max(...sizes)).toBe(100);
  });

  it('commits what was handled when it stops, and only that', async () => {
    const topic = await newTopic();
    await publisher.publish(numbered(topic, 0, 10));
    const first = collect(clientOf(broker), { groupId: topic, topics: [topic] });
    await until(() => first.values.length === 10, 'first ten');
    await first.stop();
    await publisher.publish(numbered(topic, 10, 20));
    const second = collect(clientOf(broker), { groupId: topic, topics: [topic] });
    await until(() => second.values.length >= 10, 'next ten');
    await second.stop();
    expect(second.values).toEqual(numbers(10, 20));
  });

  it('gives a batch again when its handler throws, in order, with nothing skipped or committed', async () => {
    const topic = await newTopic();
    await publisher.publish(numbered(topic, 0, 30));
    const handled: string[] = [];
    const offered: string[] = [];
    const lines: LogLine[] = [];
    const consumer = runConsumer(clientOf(broker, lines), {
      groupId: topic,
      topics: [topic],
      maxBatchMessages: 10,
      onBatch: (messages) => {
        const values = messages.map(({ value }) => String(value));
        offered.push(...values);
        if (values.includes('15') && offered.filter((value) => value === '15').length < 4)
          throw new TypeError('poison');
        handled.push(...values);
        return Promise.resolve();
      },
    });
    await until(() => handled.length >= 30, 'all handled');
    await consumer.stop();
    expect(handled).toEqual(numbers(0, 30));
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(3);
  });

  it('does not commit a batch that never succeeds: the next consumer gets it', async () => {
    const topic = await newTopic();
    await publisher.publish(numbered(topic, 0, 5));
    let attempts = 0;
    const failing = collect(clientOf(broker), {
      groupId: topic,
      topics: [topic],
      onBatch: () => {
        attempts += 1;
        return Promise.reject(new Error('store is away'));
      },
    });
    await until(() => attempts >= 2, 'two attempts');
    await failing.stop();
    const next = collect(clientOf(broker), { groupId: topic, topics: [topic] });
    await until(() => next.values.length >= 5, 'all handled');
    await next.stop();
    expect(next.values).toEqual(numbers(0, 5));
  });

  it('keeps its membership while a batch takes longer than the session time-out', async () => {
    const topic = await newTopic();
    await publisher.publish(numbered(topic, 0, 1));
    const seen: string[] = [];
    const states: string[] = [];
    const consumer = runConsumer(clientOf(broker), {
      groupId: topic,
      topics: [topic],
      onState: (state) => states.push(state),
      onBatch: async (messages) => {
        seen.push(...messages.map(({ value }) => String(value)));
        if (seen.length === 1) await new Promise((resolve) => setTimeout(resolve, 8_000));
      },
    });
    await until(() => seen.length > 0, 'slow batch begun');
    await publisher.publish(numbered(topic, 1, 2));
    await until(() => seen.length > 1, 'next message');
    await consumer.stop();
    expect(seen).toEqual(['0', '1']);
    expect(states).toEqual(['connecting', 'running', 'disconnected']);
  }, 40_000);

  it('lets the running batch finish and commits it when stopped', async () => {
    const topic = await newTopic();
    await publisher.publish(numbered(topic, 0, 3));
    let finish: () => void = () => undefined;
    const finishing = new Promise<void>((resolve) => (finish = resolve));
    let isBegun = false;
    const slow = collect(clientOf(broker), {
      groupId: topic,
      topics: [topic],
      onBatch: () => {
        isBegun = true;
        return finishing;
      },
    });
    await until(() => isBegun, 'batch begun');
    const stopped = slow.stop();
    finish();
    await stopped;
    await publisher.publish(numbered(topic, 3, 4));
    const next = collect(clientOf(broker), { groupId: topic, topics: [topic] });
    await until(() => next.values.length >= 1, 'next message');
    await next.stop();
    expect(next.values).toEqual(['3']);
  });

  it('waits for a topic that does not exist, says so once, and starts when it appears', async () => {
    const lines: LogLine[] = [];
    const late = collect(clientOf(broker, lines), { groupId: 'late', topics: ['late'] });
    await until(() => late.state() === 'disconnected', 'noticed');
    await ensureTopics(clientOf(broker), [{ name: 'late', compacted: false, partitions: 1 }]);
    await publisher.publish(numbered('late', 0, 3));
    await until(() => late.values.length === 3, 'all read');
    await late.stop();
    const warnings = lines.filter(({ level }) => level === 'warn');
    expect(warnings).toHaveLength(1);
    expect(JSON.stringify(warnings)).toContain('UNKNOWN_TOPIC_OR_PARTITION');
  });

  it('leaves for a topic that has appeared once what it has read of others is committed, which used to come again', async () => {
    const topic = await newTopic();
    const missing = `${topic}-missing`;
    const values: string[] = [];
    const onBatch = async (messages: { topic: string; value: Buffer | null }[]): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      values.push(...messages.map((message) => `${message.topic} ${String(message.value)}`));
    };
    const group = { groupId: topic, topics: [topic, missing], onBatch };
    const consumer = collect(clientOf(broker), group);
    await until(() => consumer.reason().includes(missing), 'waits for it');
    await ensureTopics(clientOf(broker), [{ name: missing, compacted: false, partitions: 1 }]);
    await publisher.publish(numbered(missing, 0, 1));
    let sent = 0;
    while (!values.includes(`${missing} 0`)) await publisher.publish(numbered(topic, sent, (sent += 1)));
    await until(() => values.length > sent, 'all read');
    await consumer.stop();
    expect(new Set(values).size).toBe(values.length);
    expect(await committedOf(clientOf(broker), topic)).toEqual([String(sent)]);
  });

  it('loses nothing and keeps the order when members come and go', async () => {
    const topic = await newTopic(6);
    const keys = Array.from({ length: 20 }, (_, key) => `acme-${String(key)}`);
    const round = (value: number) => keys.map((key) => ({ topic, key, value: String(value) }));
    const latest = new Map<string, number>();
    const skipped: string[] = [];
    const member = () =>
      runConsumer(clientOf(broker), {
        groupId: topic,
        topics: [topic],
        partitionsConcurrently: 3,
        maxBatchMessages: 5,
        onBatch: async (messages) => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          for (const { key, value } of messages) {
            const before = latest.get(String(key)) ?? -1;
            if (Number(value) > before + 1) skipped.push(`${String(key)}: ${String(before)} to ${String(value)}`);
            latest.set(String(key), Math.max(before, Number(value)));
          }
        },
      });
    const members = [member()];
    for (let value = 0; value < 60; value += 1) {
      await publisher.publish(round(value));
      if (value === 20 || value === 30) members.push(member());
      if (value === 40) await members[0]?.stop();
    }
    await until(() => keys.every((key) => latest.get(key) === 59), 'all read');
    await Promise.all(members.map((running) => running.stop()));
    expect(skipped).toEqual([]);
  }, 60_000);
});
