import type { AppendResult, EventBody, StreamAppend } from '@tollgate/event-store';
import { asPlanned, createAppendQueue } from './append-queue';
import { payment } from './log-folder.fixture';

const append = (stream: string, count = 1): StreamAppend<EventBody>[] => [
  { stream, expectedRevision: -1, events: Array.from({ length: count }, () => payment(stream)) },
];

type Write = { streams: string[]; finish: (outcomeOf?: typeof asPlanned) => void; fail: (error: Error) => void };

const recorded = { status: 'recorded', positions: [] } as const;

/** A queue whose writes end when told to; each event counts for so many bytes. */
const queueOnSlowDisk = ({ eventBytes = 1 } = {}) => {
  const writes: Write[] = [];
  let streams: string[] = [];
  let events = 0;
  const queue = createAppendQueue<EventBody>({
    begin: () => {
      streams = [];
      events = 0;
    },
    add: (appends) =>
      appends.map(({ stream, events: added }): AppendResult => {
        if (stream === 'broken') throw new Error('this is no event');
        if (stream === 'refused') return { status: 'conflict', currentRevision: 7 };
        streams.push(stream);
        events += added.length;
        return recorded;
      }),
    size: () => ({ events, bytes: events * eventBytes }),
    write: () =>
      new Promise((resolve, fail) => {
        writes.push({ streams, finish: (outcomeOf = asPlanned) => resolve(outcomeOf), fail });
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
    expect(await first).toEqual([recorded]);
    await untilNext();
    expect(writes.map(({ streams }) => streams)).toEqual([['a'], ['b', 'c']]);
    writes[1]?.finish();
    expect(await Promise.all(then)).toEqual([[recorded], [recorded]]);
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

  test('tells what the write says of what was to be recorded', async () => {
    const { queue, writes } = queueOnSlowDisk();
    const both = queue.append([...append('a'), ...append('refused')]);
    await untilNext();
    const other: AppendResult = { status: 'conflict', currentRevision: 3 };
    writes[0]?.finish((result) => (result.status === 'recorded' ? other : result));
    expect(await both).toEqual([other, { status: 'conflict', currentRevision: 7 }]);
  });

  test('writes nothing for a group of which nothing is to be recorded', async () => {
    const { queue, writes } = queueOnSlowDisk();
    expect(await queue.append(append('refused'))).toEqual([{ status: 'conflict', currentRevision: 7 }]);
    expect(writes).toEqual([]);
  });

  test('leaves a call that cannot be planned out of the group, and forms it anew from the others', async () => {
    const { queue, writes } = queueOnSlowDisk();
    const calls = ['a', 'broken', 'b', 'broken', 'c'].map((stream) => queue.append(append(stream)));
    const settled = Promise.allSettled(calls);
    await untilNext();
    expect(writes.map(({ streams }) => streams)).toEqual([['a', 'b', 'c']]);
    writes[0]?.finish();
    expect((await settled).map(({ status }) => status)).toEqual([
      ...['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    ]);
  });

  test('forms groups of 2,000 events at most, but never divides a call', async () => {
    const { queue, writes } = queueOnSlowDisk();
    const sizes = [1_200, 800, 1, 2_500, 1_999, 1, 1];
    const calls = sizes.map((count, index) => queue.append(append(String(index), count)));
    for (let turn = 0; turn < sizes.length; turn += 1) {
      await untilNext();
      writes[turn]?.finish();
    }
    await Promise.all(calls);
    expect(writes.map(({ streams }) => streams)).toEqual([['0', '1'], ['2'], ['3'], ['4', '5'], ['6']]);
  });

  test('adds nothing to a group that has 4 MiB', async () => {
    const { queue, writes } = queueOnSlowDisk({ eventBytes: 1 << 20 });
    const calls = ['a', 'b', 'c', 'd', 'e'].map((stream) => queue.append(append(stream)));
    await untilNext();
    writes[0]?.finish();
    await untilNext();
    writes[1]?.finish();
    await Promise.all(calls);
    expect(writes.map(({ streams }) => streams)).toEqual([['a', 'b', 'c', 'd'], ['e']]);
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
