import { setImmediate as nextTurn } from 'node:timers/promises';
import fetch from 'kafkajs/src/protocol/requests/fetch/v11/response';
import { Fields } from './fields';
import { isRecordBatch, recordsIn } from './record-batch';

/**
 * Has kafkajs read the answers to its fetches as `FetchedRecord`s, as all brokers since 2.3 give them; it reads others itself, and
 * those that hold messages in the format of before 0.11 (decisions/009).
 */
export const readRecordsLate = (): void => {
  const decodeAny = fetch.decode;
  fetch.decode = async (answer) => (await decode(answer)) ?? decodeAny(answer);
};

/** Nothing if it holds messages in another format. */
const decode = async (answer: Buffer): Promise<object | undefined> => {
  const fields = new Fields(answer);
  const clientSideThrottleTime = fields.int32();
  const errorCode = fields.int16();
  const sessionId = fields.int32();
  const topics = fields.array(() => ({ topic: fields.string(), partitions: fields.array(() => partitionIn(fields)) }));
  const given = topics.flatMap(({ partitions }) => partitions);
  if (!given.every(({ bytes }) => isRecordBatch(bytes))) return undefined;
  const responses = [];
  for (const { topic, partitions } of topics) {
    const read = [];
    for (const { bytes, ...partition } of partitions) {
      read.push({ ...partition, messages: await recordsIn(bytes, { topic, partition: partition.partition }) });
      // Of a MiB that was compressed there may be many; others wait for the thread.
      await nextTurn();
    }
    responses.push({ topicName: topic, partitions: read });
  }
  // As kafkajs answers: the broker tells how long we shall wait, and does not wait itself.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
};

const partitionIn = (fields: Fields) => ({
  partition: fields.int32(),
  errorCode: fields.int16(),
  highWatermark: String(fields.int64()),
  lastStableOffset: String(fields.int64()),
  lastStartOffset: String(fields.int64()),
  abortedTransactions: fields.array(() => ({
    producerId: String(fields.int64()),
    firstOffset: String(fields.int64()),
  })),
  preferredReadReplica: fields.int32(),
  bytes: bytesIn(fields),
});

const bytesIn = (fields: Fields): Buffer => {
  const sizeBytes = Math.max(0, fields.int32());
  const start = fields.move(sizeBytes);
  return fields.bytes.subarray(start, start + sizeBytes);
};
