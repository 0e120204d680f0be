import {
  clientOf,
  collect,
  committedOf,
  handling,
  numbered,
  numbers,
  startBroker,
  until,
  type Broker,
  type LogLine,
} from './broker.test-support';
import { createPublisher, ensureTopics, type Publisher } from './index';

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
  const name = `pipelined-${String((count += 1))}`;
  await ensureTopics(clientOf(broker), [{ name, compacted: false, partitions }]);
  return name;
};

const committed = (topic: string) => committedOf(clientOf(broker), topic);

describe('a pipelined consumer', () => {
  it('hands out what it fetched next while the first is not durable, and commits none of it before the first', async () => {
    const topic = await newTopic();
    await publisher.publish(numbered(topic, 0, 3));
    const work = handling();
    const consumer = collect(clientOf(broker), { groupId: topic, topics: [topic], onBatch: work.onBatch });
    await until(() => work.calls.length === 1, 'first handed out');
    await publisher.publish(numbered(topic, 3, 5));
    await until(() => work.calls.length === 2, 'second handed out');
    await publisher.publish(numbered(topic, 5, 6));
    await until(() => work.calls.length === 3, 'third handed out');
    expect(work.calls.map(({ values }) => values)).toEqual([numbers(0, 3), numbers(3, 5), numbers(5, 6)]);

    work.calls[1]?.succeed();
    work.calls[2]?.succeed();
    expect(await committed(topic)).toEqual([]);
    work.calls[0]?.succeed();
    await until(async () => (await committed(topic))[0] === '6', 'all committed');
    await consumer.stop();
  });

  it('hands out no more messages than may be outstanding, and goes on as they become durable', async () => {
    const topic = await newTopic(3);
    const keys = Array.from({ length: 30 }, (_, key) => String(key));
    await publisher.publish(keys.flatMap((key) => numbered(topic, 0, 20).map((message) => ({ ...message, key }))));
    const work = handling();
    const consumer = collect(clientOf(broker), {
      groupId: topic,
      topics: [topic],
      partitionsConcurrently: 3,
      maxBatchMessages: 20,
      maxOutstandingMessages: 50,
      onBatch: work.onBatch,
    });
    let most = 0;
    await until(() => {
      most = Math.max(most, work.open().flatMap(({ values }) => values).length);
      if (work.open().length >= 2) work.open()[0]?.succeed();
      return work.calls.flatMap(({ values }) => values).length === 600;
    }, 'all handed out');
    for (const call of work.open()) call.succeed();
    await consumer.stop();
    expect(most).toBeGreaterThan(20);
    expect(most).toBeLessThanOrEqual(50);
  });

  it('counts bytes too', async () => {
    const topic = await newTopic();
    await publisher.publish(Array.from({ length: 10 }, () => ({ topic, key: 'acme', value: 'x'.repeat(996) })));
    const work = handling();
    const consumer = collect(clientOf(broker), {
      groupId: topic,
      topics: [topic],
      maxBatchMessages: 2,
      // A record is a few bytes more than its key and value.
      maxOutstandingBytes: 4_100,
      onBatch: work.onBatch,
    });
    await until(() => work.calls.length === 2, 'full');
    await publisher.publish(numbered(topic, 0, 1));
    expect(work.calls).toHaveLength(2);
    work.calls[0]?.succeed();
    await until(() => work.calls.length === 3, 'room for one more');
    work.succeedFromNowOn();
    await until(() => work.calls.flatMap(({ values }) => values).length === 11, 'all');
    await consumer.stop();
  });

  it('keeps its membership while nothing becomes durable for longer than the session time-out', async () => {
    const topic = await newTopic();
    await publisher.publish(numbered(topic, 0, 10));
    const work = handling();
    const states: string[] = [];
    const consumer = collect(clientOf(broker), {
      groupId: topic,
      topics: [topic],
      maxBatchMessages: 2,
      maxOutstandingMessages: 4,
      onBatch: work.onBatch,
      onState: (state) => states.push(state),
    });
    await until(() => work.calls.length === 2, 'full');
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    work.succeedFromNowOn();
    await until(async () => (await committed(topic))[0] === '10', 'all committed');
    await consumer.stop();
    expect(work.calls.flatMap(({ values }) => values)).toEqual(numbers(0, 10));
    expect(states).toEqual(['connecting', 'running', 'disconnected']);
  }, 40_000);

  it('goes on from the first message that is not durable after one failed, whatever became of later ones', async () => {
    const topic = await newTopic();
    await publisher.publish(numbered(topic, 0, 40));
    const work = handling();
    const lines: LogLine[] = [];
    const client = clientOf(broker, lines);
    const options = { groupId: topic, topics: [topic], maxBatchMessages: 10, onBatch: work.onBatch };
    const consumer = collect(client, options);
    await until(() => work.calls.length === 4, 'all handed out');
    const [first, second, third, fourth] = work.calls;
    third?.fail();
    fourth?.succeed();
    await until(() => lines.some(({ level }) => level === 'error'), 'noticed');
    second?.fail();
    first?.succeed();
    await until(() => work.calls.length === 7, 'handed out again');
    expect(work.calls.slice(4).flatMap(({ values }) => values)).toEqual(numbers(10, 40));
    expect(await committed(topic)).toEqual(['10']);
    work.succeedFromNowOn();
    await until(async () => (await committed(topic))[0] === '40', 'all committed');
    await consumer.stop();
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('pauses only the partition that failed', async () => {
    const topic = await newTopic(2);
    const send = (key: string, from: number, to: number) =>
      publisher.publish(numbered(topic, from, to).map((message) => ({ ...message, key })));
    const seen = new Map<number, string[]>();
    let isWritable = false;
    let failing = -1;
    const consumer = collect(clientOf(broker), {
      groupId: topic,
      topics: [topic],
      partitionsConcurrently: 2,
      onBatch: (messages) => {
        const partition = messages[0]?.partition ?? -1;
        if (failing === -1) failing = partition;
        if (partition === failing && !isWritable) return Promise.reject(new Error('unwritable'));
        seen.set(partition, [...(seen.get(partition) ?? []), ...messages.map(({ value }) => String(value))]);
        return Promise.resolve();
      },
    });
    const keys = Array.from({ length: 20 }, (_, key) => String(key));
    for (const key of keys) await send(key, 0, 1);
    await until(() => failing >= 0, 'failing');
    for (const key of keys) await send(key, 1, 3);
    const other = 1 - failing;
    const handled = () => seen.get(other)?.length ?? 0;
    await until(() => handled() > 0 && handled() % 3 === 0, 'the other goes on');
    expect(seen.has(failing)).toBe(false);
    isWritable = true;
    await until(() => (seen.get(failing)?.length ?? 0) + handled() === 60, 'all');
    await consumer.stop();
  });
});

describe('a rebalance in the middle', () => {
  it('has what was not durable handed out again, and nothing of the old generation committed in the new one', async () => {
    const topic = await newTopic(2);
    await publisher.publish(
      numbered(topic, 0, 40).map((message) => ({ ...message, key: String(Number(message.value) % 10) })),
    );
    const before = handling();
    const group = { groupId: topic, topics: [topic], partitionsConcurrently: 2 };
    const first = collect(clientOf(broker), { ...group, onBatch: before.onBatch });
    await until(() => before.calls.flatMap(({ values }) => values).length === 40, 'all with the first');

    const after = handling();
    const second = collect(clientOf(broker), { ...group, onBatch: after.onBatch });
    await until(() => after.calls.length > 0, 'a partition with the second');
    for (const call of before.calls) call.succeed();
    await until(() => before.calls.length > 2, 'the kept partition again with the first');
    const again = [...before.calls.slice(2), ...after.calls].flatMap(({ values }) => values);
    expect([...again].sort()).toEqual([...numbers(0, 40)].sort());
    expect(await committed(topic)).toEqual([]);

    before.succeedFromNowOn();
    after.succeedFromNowOn();
    await until(async () => (await committed(topic)).length === 2, 'committed by those who have them now');
    const offsets = (await committed(topic)).map(Number);
    expect(offsets.reduce((sum, offset) => sum + offset, 0)).toBe(40);
    await Promise.all([first.stop(), second.stop()]);
  }, 60_000);

  it('waits a moment for what is nearly durable, which then does not come again', async () => {
    const topic = await newTopic(2);
    const counts = new Map<string, number>();
    const onBatch = async (messages: { value: Buffer | null }[]): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      for (const { value } of messages) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
    };
    const group = { groupId: topic, topics: [topic], partitionsConcurrently: 2, maxBatchMessages: 3, onBatch };
    const members = [collect(clientOf(broker), group)];
    let sent = 0;
    const send = async (): Promise<void> => {
      await publisher.publish(numbered(topic, sent, sent + 4).map((message, at) => ({ ...message, key: String(at) })));
      sent += 4;
    };
    while (counts.size < 100) await send();
    members.push(collect(clientOf(broker), group));
    while (members[1]?.state() !== 'running') await send();
    await until(() => counts.size === sent, 'all handled');
    await Promise.all(members.map((member) => member.stop()));
    expect([...counts.values()].filter((times) => times > 1)).toEqual([]);
  }, 60_000);

  it('waits also where nothing more comes, where kafkajs notices it between two fetches and what was under way came twice', async () => {
    const topic = await newTopic(2);
    await publisher.publish(numbered(topic, 0, 40).map((message) => ({ ...message, key: message.value })));
    const work = handling();
    const group = { groupId: topic, topics: [topic], partitionsConcurrently: 2, onBatch: work.onBatch };
    const lines: LogLine[] = [];
    const first = collect(clientOf(broker, lines), group);
    const handedOut = () => work.calls.flatMap(({ values }) => values);
    await until(() => handedOut().length === 40, 'all with the first');
    const second = collect(clientOf(broker), group);
    await until(() => lines.some(({ message }) => message.includes('rebalancing')), 'noticed by the first');
    await new Promise((resolve) => setTimeout(resolve, 300));
    work.succeedFromNowOn();
    await until(() => second.state() === 'running', 'two members');
    await publisher.publish(numbered(topic, 40, 80).map((message) => ({ ...message, key: message.value })));
    await until(() => handedOut().length >= 80, 'what came after');
    await Promise.all([first.stop(), second.stop()]);
    expect(handedOut().sort()).toEqual([...numbers(0, 80)].sort());
  }, 60_000);
});
