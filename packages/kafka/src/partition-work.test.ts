import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EachBatchPayload, KafkaMessage, OffsetsByTopicPartition } from 'kafkajs';
import { handling, recordingLog, until, type LogLine } from './broker.test-support';
import { createCommitted } from './committed';
import { createPartitionWork, type BatchOptions } from './partition-work';

const message = (offset: number): KafkaMessage => ({
  offset: String(offset),
  key: null,
  value: Buffer.from(String(offset)),
  timestamp: '0',
  attributes: 0,
  headers: {},
});

const limitMs = 10_000;

/** A group and a consumer of it, as far as handlers see of them. It gives what is asked, and keeps what it is told. */
const fakeConsumer = (options: Partial<BatchOptions> = {}) => {
  const work = handling();
  const lines: LogLine[] = [];
  const partitionWork = createPartitionWork(recordingLog(lines), {
    onBatch: work.onBatch,
    maxBatchMessages: 100,
    maxOutstanding: { messages: 1_000, bytes: 1_000_000 },
    heartbeatIntervalMs: 1_000,
    committed: createCommitted({ kept: new Map(), keep: () => undefined }),
    ...options,
  });
  const commits: string[][] = [];
  const positions = new Map<number, string>();
  let generation = 1;
  let answer = () => Promise.resolve();
  const membership = {
    generation: () => generation,
    isOver: () => false,
    seek: ({ partition, offset }: { partition: number; offset: string }) => positions.set(partition, offset),
  };
  const commit = async (offsets?: OffsetsByTopicPartition): Promise<void> => {
    const partitions = (offsets?.topics ?? []).flatMap((topic) => topic.partitions);
    commits.push(partitions.map(({ partition, offset }) => `${String(partition)}: ${offset}`));
    await answer();
  };
  const fetched = (partition: number, from: number, to: number) => {
    const messages = Array.from({ length: to - from }, (_, at) => message(from + at));
    const payload: Partial<EachBatchPayload> = {
      batch: { topic: 'calls', partition, messages } as EachBatchPayload['batch'],
      resolveOffset: (offset) => positions.set(partition, String(Number(offset) + 1)),
      commitOffsetsIfNecessary: commit,
      heartbeat: () => Promise.resolve(),
      pause: () => () => undefined,
      isRunning: () => true,
      isStale: () => false,
    };
    return partitionWork.handle(payload as EachBatchPayload, membership);
  };
  return {
    work,
    lines,
    partitionWork,
    commits,
    positions,
    fetched,
    rebalance: () => (generation += 1),
    answers: (next: () => Promise<void>) => (answer = next),
  };
};

describe('commits', () => {
  it('are of what is durable, all partitions in one request, one request at a time', async () => {
    const consumer = fakeConsumer();
    let release: () => void = () => undefined;
    consumer.answers(() => new Promise((resolve) => (release = resolve)));
    for (const partition of [0, 1]) await consumer.fetched(partition, 0, 5);
    for (const call of consumer.work.open()) call.succeed();
    await until(() => consumer.commits.length === 1, 'asked');
    for (const partition of [0, 1, 2]) await consumer.fetched(partition, 5, 9);
    consumer.work.succeedFromNowOn();
    await until(consumer.partitionWork.isIdle, 'handled');
    expect(consumer.commits).toEqual([['0: 5', '1: 5']]);
    consumer.answers(() => Promise.resolve());
    release();
    await consumer.partitionWork.settled(limitMs);
    expect(consumer.commits).toEqual([
      ['0: 5', '1: 5'],
      ['0: 9', '1: 9', '2: 9'],
    ]);
  });

  it('that the broker refused are made again, with what is due by then', async () => {
    const consumer = fakeConsumer();
    consumer.work.succeedFromNowOn();
    consumer.answers(() => Promise.reject(new Error('REBALANCE_IN_PROGRESS')));
    await consumer.fetched(0, 0, 5);
    await until(() => consumer.lines.length === 1, 'refused');
    consumer.answers(() => Promise.resolve());
    await consumer.fetched(1, 0, 3);
    await consumer.partitionWork.settled(limitMs);
    expect(consumer.commits).toEqual([['0: 5'], ['0: 5', '1: 3']]);
    expect(consumer.lines.map(({ level }) => level)).toEqual(['info']);
  });

  it('carry a note that was written after their messages were durable', async () => {
    let durable = 0;
    const noted: number[] = [];
    const onBatch = async (): Promise<void> => {
      await nextTurn();
      durable += 1;
    };
    const notes: BatchOptions['notes'] = {
      write: () => Promise.resolve(String(noted.push(durable))),
      judge: () => Promise.resolve('go on'),
    };
    const consumer = fakeConsumer({ onBatch, notes });
    await consumer.fetched(0, 0, 5);
    await consumer.partitionWork.settled(limitMs);
    expect(noted).toEqual([1]);
  });

  it('are not made in a generation that begins while their note is written', async () => {
    let written: () => void = () => undefined;
    const write = () =>
      new Promise<string>(
        (resolve) =>
          (written = () => {
            resolve('note');
          }),
      );
    const consumer = fakeConsumer({ notes: { write, judge: () => Promise.resolve('go on') } });
    consumer.work.succeedFromNowOn();
    await consumer.fetched(0, 0, 5);
    await nextTurn();
    await nextTurn();
    consumer.rebalance();
    written();
    await consumer.partitionWork.settled(limitMs);
    expect(consumer.commits).toEqual([]);
  });
});

describe('after a change of the group', () => {
  it('nothing that was fetched before is committed, and what comes again waits for it', async () => {
    const consumer = fakeConsumer();
    await consumer.fetched(0, 0, 5);
    consumer.rebalance();
    const again = consumer.fetched(0, 0, 5);
    await nextTurn();
    expect(consumer.work.calls).toHaveLength(1);
    consumer.work.calls[0]?.succeed();
    await again;
    await nextTurn();
    expect(consumer.commits).toEqual([]);
    consumer.work.calls[1]?.succeed();
    await consumer.partitionWork.settled(limitMs);
    expect(consumer.commits).toEqual([['0: 5']]);
  });

  it('a batch fetched before it does not leave out messages that failed', async () => {
    const consumer = fakeConsumer();
    await consumer.fetched(0, 0, 5);
    await consumer.fetched(0, 5, 9);
    consumer.rebalance();
    const late = consumer.fetched(0, 9, 12);
    consumer.work.calls[0]?.succeed();
    consumer.work.calls[1]?.fail();
    await late;
    expect(consumer.work.calls).toHaveLength(2);
    expect(consumer.positions.get(0)).toBe('5');

    await consumer.fetched(0, 5, 12);
    consumer.work.succeedFromNowOn();
    await consumer.partitionWork.settled(limitMs);
    expect(consumer.commits).toEqual([['0: 12']]);
  });

  it('a batch that begins at or before the failed messages is handed out at once', async () => {
    const consumer = fakeConsumer();
    await consumer.fetched(0, 3, 5);
    consumer.rebalance();
    consumer.work.calls[0]?.fail();
    await consumer.fetched(0, 3, 6);
    expect(consumer.work.calls.map(({ values }) => values.length)).toEqual([2, 3]);
    consumer.work.succeedFromNowOn();
    await consumer.partitionWork.settled(limitMs);
    expect(consumer.commits).toEqual([['0: 6']]);
  });
});

describe('waiting until all is settled', () => {
  it('ends at its limit where nothing becomes durable', async () => {
    const consumer = fakeConsumer();
    await consumer.fetched(0, 0, 5);
    const start = performance.now();
    await consumer.partitionWork.settled(50);
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(consumer.commits).toEqual([]);
  });

  it('ends at its limit where the broker takes no commit', async () => {
    const consumer = fakeConsumer();
    consumer.work.succeedFromNowOn();
    consumer.answers(() => Promise.reject(new Error('NOT_COORDINATOR_FOR_GROUP')));
    await consumer.fetched(0, 0, 5);
    const start = performance.now();
    await consumer.partitionWork.settled(50);
    expect(performance.now() - start).toBeLessThan(5_000);
    consumer.rebalance();
  });

  it('that has ended at its limit leaves the next generation alone: what settled later used to hurry its commits', async () => {
    const consumer = fakeConsumer();
    await consumer.fetched(0, 0, 5);
    await consumer.partitionWork.settled(20);
    consumer.rebalance();
    const times: number[] = [];
    consumer.answers(() => {
      times.push(performance.now());
      return Promise.resolve();
    });
    for (const from of [0, 5]) {
      await consumer.fetched(1, from, from + 5);
      consumer.work.calls.at(-1)?.succeed();
      await until(() => consumer.commits.length > 0, 'the first is committed');
    }
    consumer.work.calls[0]?.succeed();
    await until(() => consumer.commits.length === 2, 'committed');
    expect(consumer.commits).toEqual([['1: 5'], ['1: 10']]);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(90);
  });
});
