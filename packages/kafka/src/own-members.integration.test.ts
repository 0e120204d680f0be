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
import { createPublisher, ensureTopics, type Publisher } from './index';

let broker: Broker;
let publisher: Publisher;

beforeAll(async () => {
  broker = await startBroker();
  publisher = createPublisher(clientOf(broker));
}, 120_000);

afterAll(async () => {
  await publisher.close();
  await broker.stop();
});

const newTopic = async (name: string): Promise<string> => {
  await ensureTopics(clientOf(broker), [{ name, compacted: false, partitions: 4 }]);
  return name;
};

it('two that read for two logs used to share the messages of one group, each without a word: who was there first has all of them, and the other says so', async () => {
  const topic = await newTopic('two-logs');
  const lines: LogLine[] = [];
  const options = { groupId: topic, topics: [topic] };
  const first = collect(clientOf(broker), { ...options, readsFor: 'store' });
  await until(() => first.state() === 'running', 'the first has joined');
  const second = collect(clientOf(broker, lines), { ...options, readsFor: 'folder' });
  await until(() => second.reason() !== '', 'the second says why it has nothing');
  expect(second.reason()).toMatch(
    /^the messages of group two-logs go to another log, by test at \S+, which was there first/,
  );
  expect(lines.filter(({ message }) => message === 'Others read for another log')).toHaveLength(1);

  for (const partition of [0, 1, 2, 3])
    await publisher.publish(numbered(topic, 10 * partition, 10 * partition + 10).map((one) => ({ ...one, partition })));
  await until(() => first.values.length >= 40, 'all has been read');
  expect([...first.values].sort()).toEqual([...numbers(0, 40)].sort());
  expect([second.values, first.reason()]).toEqual([[], '']);

  await first.stop();
  await until(() => second.reason() === '', 'the second has the partitions once the first has left');
  await publisher.publish(numbered(topic, 40, 50));
  await until(() => second.values.length >= 10, 'the second reads');
  expect(second.values).toEqual(numbers(40, 50));
  await second.stop();
  expect(await committedOf(clientOf(broker), topic)).not.toEqual([]);
});

it('several that read for one log share its messages, and one too many says nothing', async () => {
  const topic = await newTopic('one-log');
  const options = { groupId: topic, topics: [topic], readsFor: 'store' };
  const members = Array.from({ length: 5 }, () => collect(clientOf(broker), options));
  await until(() => members.every(({ state }) => state() === 'running'), 'all have joined');
  await publisher.publish(numbered(topic, 0, 100).map((one, index) => ({ ...one, key: `k${String(index)}` })));
  await until(() => members.reduce((sum, { values }) => sum + values.length, 0) >= 100, 'all has been read');
  expect(members.flatMap(({ values }) => values).sort()).toEqual([...numbers(0, 100)].sort());
  expect(members.filter(({ values }) => values.length > 0).length).toBeGreaterThan(1);
  expect(members.map(({ reason }) => reason())).toEqual(['', '', '', '', '']);
  await Promise.all(members.map(({ stop }) => stop()));
});

it.each([
  { name: 'it joined before', order: ['folder', 'store'] },
  { name: 'it joined after', order: ['store', 'folder'] },
])(
  'where the first left, its messages went to another log that Kafka chose to lead, past those who read for the same one; now these have them ($name)',
  async ({ order }) => {
    const topic = await newTopic(`left-${order.join('-')}`);
    const options = { groupId: topic, topics: [topic] };
    const first = collect(clientOf(broker), { ...options, readsFor: 'store' });
    await until(() => first.state() === 'running', 'the first has joined');
    const others = new Map<string, ReturnType<typeof collect>>();
    for (const readsFor of order) {
      const other = collect(clientOf(broker), { ...options, readsFor });
      others.set(readsFor, other);
      await until(() => other.state() === 'running', `${readsFor} has joined`);
    }
    const [store, folder] = [others.get('store'), others.get('folder')];
    await until(() => folder?.reason() !== '', 'the folder is kept out');
    let sent = 0;
    await until(async () => {
      await publisher.publish(
        [0, 1, 2, 3].flatMap((partition) => numbered(topic, sent, (sent += 1)).map((one) => ({ ...one, partition }))),
      );
      return (store?.values.length ?? 0) > 0;
    }, 'both of the store read');

    await first.stop();
    const end = sent + 40;
    for (; sent < end; sent += 10)
      await publisher.publish(
        numbered(topic, sent, sent + 10).map((one) => ({ ...one, partition: ((sent / 10) % 4) | 0 })),
      );
    await until(
      () => first.values.length + (store?.values.length ?? 0) >= end,
      'what is sent then is read for the store too',
    );
    expect([folder?.values, store?.reason()]).toEqual([[], '']);
    await Promise.all([...others.values()].map(({ stop }) => stop()));
  },
);

it('what another log had read before it left used to be passed over by who had waited in the group: it is read from the start', async () => {
  const topic = await newTopic('taken-over');
  const notesOf = (log: string) => ({
    write: () => Promise.resolve(log),
    judge: (texts: readonly string[]) =>
      Promise.resolve(texts.every((text) => text === log) ? ('go on' as const) : ('start over' as const)),
  });
  const as = (log: string) => ({ groupId: topic, topics: [topic], readsFor: log, notes: notesOf(log) });
  const first = collect(clientOf(broker), as('folder'));
  await until(() => first.state() === 'running', 'the first has joined');
  const second = collect(clientOf(broker), as('store'));
  await until(() => second.reason() !== '', 'the second is kept out');
  await publisher.publish(numbered(topic, 0, 20).map((one) => ({ ...one, partition: 0 })));
  await until(() => first.values.length >= 20, 'the first has read');
  await first.stop();
  await until(() => second.values.length >= 20, 'the second reads it too');
  expect(second.values).toEqual(numbers(0, 20));
  await second.stop();
});
