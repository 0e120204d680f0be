import { clientOf, collect, numbered, numbers, startBroker, until, type Broker } from './broker.test-support';
import { createPublisher, ensureTopics, type CommitNotes, type Publisher } from './index';

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

const notesOf = (text: string, judge: CommitNotes['judge']): CommitNotes => ({
  write: () => Promise.resolve(text),
  judge,
});
const goOn = () => Promise.resolve('go on' as const);

/** Ten messages of which a first consumer committed all, with a note. */
const tenCommitted = async (topic: string): Promise<void> => {
  await ensureTopics(clientOf(broker), [{ name: topic, compacted: false, partitions: 1 }]);
  await publisher.publish(numbered(topic, 0, 10));
  const first = collect(clientOf(broker), { groupId: topic, topics: [topic], notes: notesOf('first', goOn) });
  await until(() => first.values.length === 10, 'ten read');
  await first.stop();
};

test('what was kept with the commits is judged by the next consumer, which then goes on after them', async () => {
  await tenCommitted('going-on');
  const judged: (readonly string[])[] = [];
  const notes = notesOf('second', (found) => {
    judged.push(found);
    return goOn();
  });
  await publisher.publish(numbered('going-on', 10, 20));
  const second = collect(clientOf(broker), { groupId: 'going-on', topics: ['going-on'], notes });
  await until(() => second.values.length >= 10, 'ten more');
  await second.stop();
  expect(second.values).toEqual(numbers(10, 20));
  expect(judged).toEqual([['first']]);
});

test('to start over is to read the topic from its start', async () => {
  await tenCommitted('starting-over');
  const notes = notesOf('second', (found) => Promise.resolve(found.length > 0 ? 'start over' : 'go on'));
  const second = collect(clientOf(broker), { groupId: 'starting-over', topics: ['starting-over'], notes });
  await until(() => second.values.length >= 10, 'ten again');
  await second.stop();
  expect(second.values).toEqual(numbers(0, 10));
});

test('who must stay out reads nothing, says why, and comes in once it may', async () => {
  await tenCommitted('staying-out');
  await publisher.publish(numbered('staying-out', 10, 12));
  let isForeign = true;
  const notes = notesOf('second', () => (isForeign ? Promise.reject(new Error('it is the group of another')) : goOn()));
  const second = collect(clientOf(broker), { groupId: 'staying-out', topics: ['staying-out'], notes });
  await until(() => second.state() === 'disconnected', 'kept out');
  expect(second.reason()).toContain('it is the group of another');
  expect(second.values).toEqual([]);
  isForeign = false;
  await until(() => second.values.length >= 2, 'let in');
  expect(second.reason()).toBe('');
  await second.stop();
  expect(second.values).toEqual(numbers(10, 12));
});
