import { randomUUID } from 'node:crypto';
import type { Admin, Consumer } from 'kafkajs';
import { createAdmin } from './admin';
import type { KafkaClient } from './client';
import { KafkaUnavailable, describe, protocolErrorOf } from './errors';
import type { ReceivedMessage } from './chunks';

const idleLimitMs = 30_000;
/** The reader stops only when the fetch under way is answered. */
const maxFetchWaitMs = 250;

/**
 * Every message a topic holds at this moment, partition by partition in offset order, several partitions interleaved; of a
 * transaction that is open or whose marker is not written yet, once it has ended. Reads under a group of its own, which is deleted
 * afterwards, so it moves nobody's offsets. Throws KafkaUnavailable when no broker answers or nothing comes for half a minute.
 */
export const readTopic = async (
  client: KafkaClient,
  topic: string,
  onMessages: (messages: ReceivedMessage[]) => void,
): Promise<void> => {
  const connection = client.connect();
  const groupId = `tollgate-read-${randomUUID()}`;
  const admin = createAdmin(connection.kafka);
  const consumer = connection.kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: maxFetchWaitMs,
  });
  try {
    await admin.connect();
    const ends = await endsOf(admin, topic);
    if (ends.size > 0)
      await readUpTo(consumer, { topic, ends, onMessages }).finally(() => leave(admin, consumer, groupId));
    await admin.disconnect();
  } catch (error) {
    if (error instanceof KafkaUnavailable) throw error;
    const reason =
      protocolErrorOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION'
        ? `there is no topic ${topic}`
        : `cannot read ${topic}: ${describe(error)}`;
    throw new KafkaUnavailable(reason, { cause: error });
  } finally {
    connection.cut();
  }
};

/** The group exists from the first subscription until it is deleted, however the reading ended. */
const leave = async (admin: Admin, consumer: Consumer, groupId: string): Promise<void> => {
  await consumer.disconnect().catch(() => undefined);
  await admin.deleteGroups([groupId]).catch(() => undefined);
};

/** For each partition that holds something, the offset after its last message. */
const endsOf = async (admin: Admin, topic: string): Promise<Map<number, bigint>> => {
  const offsets = await admin.fetchTopicOffsets(topic);
  const filled = offsets.filter(({ low, high }) => BigInt(high) > BigInt(low));
  return new Map(filled.map(({ partition, high }) => [partition, BigInt(high)]));
};

type Reading = { topic: string; ends: Map<number, bigint>; onMessages: (messages: ReceivedMessage[]) => void };

const readUpTo = async (consumer: Consumer, { topic, ends, onMessages }: Reading): Promise<void> => {
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    let hasBegun = false;
    let why = 'a writer may have left a transaction open, which the broker ends in time';
    const giveUp = (): void => {
      const waited = `nothing more came from ${topic} within ${String(idleLimitMs / 1_000)} s`;
      reject(new KafkaUnavailable(`${waited}: ${why}; try again later`));
    };
    let idle = setTimeout(giveUp, idleLimitMs);
    const finish = (error?: Error): void => {
      clearTimeout(idle);
      if (error === undefined) resolve();
      else reject(error);
    };
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      // A coordinator that is loading ends it before it has joined. Once messages were handed over, they would come again.
      if (hasBegun || !restart) finish(error);
      why = describe(error);
    });
    // Told of markers of transactions too, which are no messages but may be the last of a partition.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
      clearTimeout(idle);
      idle = setTimeout(giveUp, idleLimitMs);
      if (BigInt(lastOffset) + 1n >= (ends.get(partition) ?? 0n)) ends.delete(partition);
      if (ends.size === 0) finish();
    });
    consumer
      .run({
        autoCommit: false,
        eachBatch: ({ batch: { partition, messages } }) => {
          const end = ends.get(partition) ?? 0n;
          hasBegun = true;
          const wanted = messages.filter(({ offset }) => BigInt(offset) < end);
          onMessages(wanted.map(({ offset, key, value }) => ({ topic, partition, offset, key, value })));
          return Promise.resolve();
        },
      })
      .catch((error: unknown) => {
        finish(error instanceof Error ? error : new Error(String(error)));
      });
  });
};
