import { topicsOf } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { lookAtTopic } from './look-at-topic';
import { outputsOf } from './outputs';
import type { TopicMarks } from './topic-marks';
import { readerOf } from './topic-reader.fixture';

const { rejected: output } = outputsOf(topicsOf(''));

const rejection = (offset: string): LogEvent => ({
  type: 'MessageRejected',
  data: {
    code: 'INVALID_REQUEST',
    detail: 'no JSON',
    receivedAt: '2026-01-31T12:00:00.000Z',
    source: { topic: 't', partition: 0, offset },
    payload: 'nonsense',
  },
  metadata: {},
});

const logWithRejections = async () => {
  const log = createMemoryEventLog<LogEvent>();
  const events = ['1', '2'].map((offset) => ({ ...rejection(offset), eventId: offset }));
  await log.append([{ stream: 'rejected-t-0', expectedRevision: -1, events }]);
  const [first, last] = log.events().map(({ position }) => position);
  if (first === undefined || last === undefined) throw new Error('nothing was appended');
  return { log, first, last };
};
const noMarks = new Map<number, never>();

test.each<[string, TopicMarks | undefined]>([
  ['without any note', undefined],
  ['with a note of a topic on which nothing came since', { cluster: 'here', records: noMarks }],
])('a topic of rejected messages that was lost stayed empty %s', async (_, marks) => {
  const { log, last } = await logWithRejections();
  const found = await lookAtTopic(readerOf({ high: 0n }), { log, output, marks, position: last });
  if (found.status !== 'lost') throw new Error(`it is ${found.status}`);
  expect(found.reason).toContain('has never held anything');
  expect(log.events().filter(found.isChosen)).toHaveLength(2);
});

test('only rejections that were published come again', async () => {
  const { log, first } = await logWithRejections();
  const found = await lookAtTopic(readerOf({ high: 0n }), { log, output, marks: undefined, position: first });
  if (found.status !== 'lost') throw new Error(`it is ${found.status}`);
  expect(log.events().filter(found.isChosen)).toHaveLength(1);
});

test('rejected messages that have expired leave offsets, and are not missed', async () => {
  const { log, last } = await logWithRejections();
  const found = await lookAtTopic(readerOf({ low: 2n, high: 2n }), { log, output, marks: undefined, position: last });
  expect(found.status).toBe('kept');
});

test('a topic of rejected messages is empty while none was published', async () => {
  const { log, first } = await logWithRejections();
  const look = (position: bigint | undefined) =>
    lookAtTopic(readerOf({ high: 0n }), { log, output, marks: undefined, position });
  expect((await look(undefined)).status).toBe('kept');
  expect((await look(first - 1n)).status).toBe('kept');
});
