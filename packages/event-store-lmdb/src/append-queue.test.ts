import type { EventBody, RecordedEvent, StreamAppend } from '@tollgate/event-store';
import { createAppendQueue } from './append-queue';

const append = (stream: string): StreamAppend<EventBody>[] => [{ stream, expectedRevision: -1, events: [] }];

const recorded = (stream: string): RecordedEvent<EventBody> => ({
  stream,
  revision: 0,
  position: 1n,
  eventId: stream,
  type: 'PaymentRecorded',
  data: {},
  metadata: {},
  recordedAt: '2026-01-31T12:00:00.000Z',
});

/** A queue whose writes end when told to. */
const queueOnSlowDisk = () => {
  const writes: { streams: string[]; finish: () => void; fail: (error: Error) => void }[] = [];
  const queue = createAppendQueue<EventBody>({
    plan: (group) => {
      const streams = group.flat().map(({ stream }) => stream);
      return {
        results: group.map((appends) =>
          appends.map(({ stream }) => ({ isAppended: true as const, events: [recorded(stream)] })),
        ),
        events: streams.filter((stream) => stream !== 'refused').map(recorded),
      };
    },
    write: (events) =>
      new Promise((finish, fail) => {
        writes.push({ streams: events.map(({ stream }) => stream), finish, fail });
      }),
  });
  return { queue, writes };
};

const untilNext = () => new Promise(setImmediate);

describe('the append queue', () => {
  test('writes what gathers during one write together in the next, in the order of arrival', async () => {
    const { queue, writes } = queueOnSlowDisk();
    const first = queue.append(append('a'));
    await untilNext();
    const then = [queue.append(append('b')), queue.append(append('c'))];
    await untilNext();
    expect(writes.map(({ streams }) => streams)).toEqual([['a']]);
    writes[0]?.finish();
    expect((await first)[0]).toMatchObject({ events: [{ stream: 'a' }] });
    await untilNext();
    expect(writes.map(({ streams }) => streams)).toEqual([['a'], ['b', 'c']]);
    writes[1]?.finish();
    expect(await Promise.all(then)).toMatchObject([[{ events: [{ stream: 'b' }] }], [{ events: [{ stream: 'c' }] }]]);
  });

  test('answers nobody before the write is done, and fails everyone in the group when it fails', async () => {
    const { queue, writes } = queueOnSlowDisk();
    const answers: string[] = [];
    const callers = ['a', 'b'].map((stream) =>
      queue.append(append(stream)).then(
        () => answers.push(`${stream} recorded`),
        () => answers.push(`${stream} failed`),
      ),
    );
    await untilNext();
    expect(answers).toEqual([]);
    writes[0]?.fail(new Error('no space left'));
    await Promise.all(callers);
    expect(answers).toEqual(['a failed', 'b failed']);
  });

  test('goes on with the next group after a failure', async () => {
    const { queue, writes } = queueOnSlowDisk();
    const failed = queue.append(append('a'));
    await untilNext();
    const next = queue.append(append('b'));
    writes[0]?.fail(new Error('no space left'));
    await expect(failed).rejects.toThrow('no space left');
    await untilNext();
    writes[1]?.finish();
    await expect(next).resolves.toHaveLength(1);
  });

  test('writes nothing for a group of which nothing is to be recorded', async () => {
    const { queue, writes } = queueOnSlowDisk();
    await queue.append(append('refused'));
    expect(writes).toEqual([]);
  });

  test('is drained when the last group gathered is written', async () => {
    const { queue, writes } = queueOnSlowDisk();
    await queue.drained();
    void queue.append(append('a'));
    await untilNext();
    void queue.append(append('b'));
    let isDrained = false;
    const drained = queue.drained().then(() => (isDrained = true));
    writes[0]?.finish();
    await untilNext();
    expect(isDrained).toBe(false);
    writes[1]?.finish();
    await drained;
  });
});
