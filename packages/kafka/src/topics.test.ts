import type { Admin } from 'kafkajs';
import { findTopics } from './topics';

const wanted = { name: 'traffic', compacted: true, partitions: 6 };

/** A broker that takes the topic and, asked for it at once, does not know it yet. */
const forgetfulBroker = (lists: string[][]) => {
  const unknown = Object.assign(new Error('This server does not host this topic-partition'), {
    type: 'UNKNOWN_TOPIC_OR_PARTITION',
  });
  return {
    listTopics: () => Promise.resolve(lists.length > 1 ? (lists.shift() ?? []) : (lists[0] ?? [])),
    createTopics: () => Promise.reject(unknown),
  } as Pick<Admin, 'listTopics' | 'createTopics'> as Admin;
};

test('a topic that was there a moment later was told as one that could not be created', async () => {
  const found = await findTopics(forgetfulBroker([[], [], ['traffic']]), [wanted]);
  expect(found).toEqual({ created: ['traffic'], existing: [], refused: [] });
});

test('a topic that does not come is told as refused', async () => {
  const { refused } = await findTopics(forgetfulBroker([[]]), [wanted]);
  expect(refused).toEqual([
    { topic: 'traffic', reason: expect.stringContaining('UNKNOWN_TOPIC_OR_PARTITION') as string },
  ]);
});
