import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import answers from 'kafkajs/src/protocol/requests/fetch/v11/response';
import { valueTextOf, type ReceivedMessage } from './chunks';
import { readRecordsLate } from './fetch-answer';
import { turnsDuring } from './turns.test-support';

const decodeOfKafkajs = answers.decode;
readRecordsLate();

const int = (bytes: 1 | 2 | 4 | 8, value: number | bigint): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(BigInt(value));
  return buffer.subarray(8 - bytes);
};

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let left = value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value);
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return Buffer.from([...bytes, Number(left)]);
};

const sized = (bytes: Buffer): Buffer => Buffer.concat([varint(bytes.length), bytes]);
const varBytes = (bytes: Buffer | null): Buffer => (bytes === null ? varint(-1) : sized(bytes));

type Message = { key: Buffer | null; value: Buffer | null; gap: number; headers: [string, Buffer][] };
type Batch = { messages: Message[]; firstOffset: number; attributes: number; producerId: number };

const recordsOf = ({ messages }: Batch): Buffer => {
  let delta = -1;
  return Buffer.concat(
    messages.map(({ key, value, gap, headers }) => {
      delta += gap;
      const named = headers.map(([name, bytes]) => Buffer.concat([sized(Buffer.from(name)), sized(bytes)]));
      const head = [int(1, 0), varint(delta * -7), varint(delta), varBytes(key), varBytes(value)];
      return sized(Buffer.concat([...head, varint(headers.length), ...named]));
    }),
  );
};

/** As Kafka's guide to its message format has it. */
const batchBytes = (batch: Batch): Buffer => {
  const records = recordsOf(batch);
  const content = Buffer.concat([
    ...[int(4, 3), int(1, 2), int(4, 0), int(2, batch.attributes), int(4, 99), int(8, 1_000_000_000_000)],
    ...[int(8, 1_000_000_000_000), int(8, batch.producerId), int(2, 0), int(4, 0), int(4, batch.messages.length)],
    (batch.attributes & 7) === 1 ? gzipSync(records) : records,
  ]);
  return Buffer.concat([int(8, batch.firstOffset), int(4, content.length), content]);
};

const answerOf = (topics: { topic: string; partitions: Buffer[] }[]): Buffer =>
  Buffer.concat([
    ...[int(4, 12), int(2, 0), int(4, 0), int(4, topics.length)],
    ...topics.flatMap(({ topic, partitions }) => [
      ...[int(2, topic.length), Buffer.from(topic), int(4, partitions.length)],
      ...partitions.flatMap((bytes, partition) => [
        ...[int(4, partition), int(2, 0), int(8, 900), int(8, 800), int(8, 1), int(4, 1), int(8, 7), int(8, 5)],
        ...[int(4, -1), int(4, bytes.length), bytes],
      ]),
    ]),
  ]);

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const batches = fc.record({
  messages: fc.array(
    fc.record({
      key: fc.option(bytes),
      value: fc.option(bytes),
      gap: fc.integer({ min: 1, max: 1_000 }),
      headers: fc.array(fc.tuple(fc.string({ maxLength: 9 }), bytes), { maxLength: 2 }),
    }),
    { maxLength: 12 },
  ),
  firstOffset: fc.nat(2 ** 31 - 1).map((offset) => offset * 2 ** 20),
  // Compression, the clock, a transaction, the mark of its end.
  attributes: fc.constantFrom(0, 1, 8, 16, 17, 48),
  producerId: fc.integer({ min: -1 }),
});
const partitions = fc.array(fc.array(batches, { maxLength: 3 }), { minLength: 1, maxLength: 3 });

type Fetched = ReceivedMessage & {
  isControlRecord: boolean;
  batchContext: { producerId: string; inTransaction: boolean };
};
type Read = { responses: { topicName: string; partitions: { partition: number; messages: Fetched[] }[] }[] };

/** All that is looked at of an answer, here or in kafkajs. */
const seen = (answer: object) => ({
  ...answer,
  responses: (answer as Read).responses.map(({ topicName, partitions }) => ({
    topicName,
    partitions: partitions.map(({ messages, ...partition }) => ({
      ...partition,
      messages: messages.map((message) => {
        const { offset, key, value, isControlRecord, batchContext } = message;
        const { producerId, inTransaction } = batchContext;
        const text = valueTextOf(message);
        return { offset, key, value, text, isControlRecord, producerId, inTransaction };
      }),
    })),
  })),
});

test('answers to fetches are read as kafkajs reads them, also where the broker has cut off their last batch', async () => {
  await fc.assert(
    fc.asyncProperty(partitions, fc.nat(300), async (held, cutOff) => {
      const cut = held.map((some) => {
        const whole = Buffer.concat(some.map(batchBytes));
        // kafkajs throws where not even the first batch's format is left.
        return whole.subarray(0, Math.max(Math.min(17, whole.length), whole.length - cutOff));
      });
      const answer = answerOf([{ topic: 'calls', partitions: cut }]);
      expect(seen(await answers.decode(answer))).toEqual(seen(await decodeOfKafkajs(answer)));
    }),
  );
});

test('of a batch that compression made huge, each value is read as text by itself', async () => {
  const message = { key: null, gap: 1, headers: [] };
  const values = [Buffer.alloc(600_000, 'ä'), Buffer.from('é'), Buffer.alloc(600_000, '€')];
  const messages = values.map((value) => ({ ...message, value }));
  const batch = batchBytes({ messages, firstOffset: 0, attributes: 1, producerId: 0 });
  const read = (await answers.decode(answerOf([{ topic: 'calls', partitions: [batch] }]))) as Read;
  const texts = read.responses[0]?.partitions[0]?.messages.map(valueTextOf);
  expect(texts).toEqual(values.map((value) => value.toString('latin1')));
});

test('a few bytes of text used to keep that of all of such a batch in memory', async () => {
  const values = [Buffer.from('small'), Buffer.alloc(32 << 20, 'x')];
  const messages = values.map((value) => ({ key: null, value, gap: 1, headers: [] }));
  const batch = batchBytes({ messages, firstOffset: 0, attributes: 1, producerId: 0 });
  const read = (await answers.decode(answerOf([{ topic: 'calls', partitions: [batch] }]))) as Read;
  const small = read.responses[0]?.partitions[0]?.messages[0];
  if (small === undefined) throw new Error('nothing was read');
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const inMemory = (): number => {
    collectGarbage();
    const { external, heapUsed } = process.memoryUsage();
    return external + heapUsed;
  };
  const before = inMemory();
  expect(valueTextOf(small)).toBe('small');
  expect(inMemory() - before).toBeLessThan(8 << 20);
  expect(small.value?.toString()).toBe('small');
});

test('of a MiB that held dozens of huge batches, all used to be decompressed at once; what is behind the first is left for the next fetch', async () => {
  const huge = (firstOffset: number): Buffer =>
    batchBytes({
      messages: [{ key: null, value: Buffer.alloc(9 << 20), gap: 1, headers: [] }],
      ...{ firstOffset, attributes: 1, producerId: 0 },
    });
  const partition = Buffer.concat([huge(0), huge(1), huge(2)]);
  const answer = answerOf([{ topic: 'calls', partitions: [partition, partition] }]);
  const read = (await answers.decode(answer)) as Read;
  const offsets = read.responses[0]?.partitions.map(({ messages }) => messages.map(({ offset }) => offset));
  expect(offsets).toEqual([['0'], ['0']]);
});

/** How many turns of the event loop others have while an answer is read. */
const turnsWhileReading = async (answer: Buffer): Promise<number> => {
  const { turns } = await turnsDuring(() => answers.decode(answer));
  return turns;
};

test('others have a turn after each partition', async () => {
  const batch = batchBytes({ messages: [], firstOffset: 0, attributes: 0, producerId: 0 });
  const partitions = new Array<Buffer>(6).fill(batch);
  expect(await turnsWhileReading(answerOf([{ topic: 'calls', partitions }]))).toBeGreaterThanOrEqual(6);
});

test('a million messages in a batch, which used to keep the thread, leave others a turn between', async () => {
  const record = recordsOf({
    messages: [{ key: null, value: null, gap: 1, headers: [] }],
    ...{ firstOffset: 0, attributes: 0, producerId: 0 },
  });
  const batch = batchBytes({ messages: [], firstOffset: 0, attributes: 0, producerId: 0 });
  const count = 200_000;
  batch.writeInt32BE(count, 57);
  batch.writeInt32BE(batch.length - 12 + count * record.length, 8);
  const partition = Buffer.concat([batch, ...new Array<Buffer>(count).fill(record)]);
  expect(await turnsWhileReading(answerOf([{ topic: 'calls', partitions: [partition] }]))).toBeGreaterThanOrEqual(4);
});

test('a cut that leaves not even the format of the first batch, at which kafkajs throws, gives no message', async () => {
  const batch = batchBytes({ messages: [], firstOffset: 0, attributes: 0, producerId: 0 });
  const answer = answerOf([{ topic: 'calls', partitions: [batch.subarray(0, 16)] }]);
  await expect(decodeOfKafkajs(answer)).rejects.toThrow();
  expect((await answers.decode(answer)) as Read).toMatchObject({ responses: [{ partitions: [{ messages: [] }] }] });
});

test('messages in the format of before 0.11 are left to kafkajs', async () => {
  const content = [int(4, 0), int(1, 1), int(1, 0), int(8, 1_000_000_000_000), int(4, 1), Buffer.from('k'), int(4, -1)];
  const message = Buffer.concat(content);
  const set = Buffer.concat([int(8, 41), int(4, message.length), message]);
  const read = (await answers.decode(answerOf([{ topic: 'calls', partitions: [set] }]))) as Read;
  expect(read).toMatchObject({
    responses: [{ partitions: [{ messages: [{ offset: '41', key: Buffer.from('k'), value: null }] }] }],
  });
});

test('what is no batch at all ends the reading, and not the memory', async () => {
  const endless = batchBytes({ messages: [], firstOffset: 0, attributes: 0, producerId: 0 });
  endless.writeInt32BE(-12, 8);
  await expect(answers.decode(answerOf([{ topic: 'calls', partitions: [endless] }]))).rejects.toThrow(/in the middle/);
});

test('of an unknown compression it is said', async () => {
  const batch = batchBytes({ messages: [], firstOffset: 0, attributes: 7, producerId: 0 });
  await expect(answers.decode(answerOf([{ topic: 'calls', partitions: [batch] }]))).rejects.toThrow('not known: 7');
});
