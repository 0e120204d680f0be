import type { ReceivedMessage, TopicReader } from '@tollgate/kafka';
import { hashOf } from './topic-marks';
import type { TopicMark, TopicMarks } from './topic-marks';

/** Why a topic no longer holds what its broker acknowledged last, by reading it back; absent if it does. */
export const whyLost = async (
  reader: TopicReader,
  { cluster, records }: TopicMarks,
  { expires }: { expires: boolean },
): Promise<string | undefined> => {
  for (const [partition, mark] of records) {
    const reason = await whyMarkIsLost(reader, { partition, mark, expires });
    if (reason === undefined) continue;
    return cluster === reader.cluster
      ? reason
      : `${reason} (cluster ${cluster} acknowledged it, and this is cluster ${reader.cluster})`;
  }
  return undefined;
};

const whyMarkIsLost = async (
  reader: TopicReader,
  { partition, mark: { offset, hash }, expires }: { partition: number; mark: TopicMark; expires: boolean },
): Promise<string | undefined> => {
  const span = reader.spans.find((one) => one.partition === partition);
  const place = `offset ${String(offset)} of partition ${String(partition)}`;
  if (span === undefined) return `partition ${String(partition)}, which messages were acknowledged in, is not there`;
  if (span.high <= offset) return `the message acknowledged at ${place} is not there: the partition ends before it`;
  if (span.low > offset) return expires ? undefined : `the message acknowledged at ${place} was deleted`;
  for await (const [found] of reader.read({ partition, from: offset, to: offset + 1n }))
    return found === undefined || hashOf(found.value) === hash
      ? undefined
      : `another message stands at ${place}, which was acknowledged`;
  return `the message acknowledged at ${place} is not there`;
};

export type Tail = {
  /** The first message that is none of ours. */
  unknown: ReceivedMessage | undefined;
  /** The last message of each partition that was read. */
  last: Map<number, TopicMark>;
};

/** Reads what each partition holds from its last acknowledged message on, that one included. */
export const readTail = async (
  reader: TopicReader,
  records: ReadonlyMap<number, TopicMark>,
  isKnown: (message: ReceivedMessage) => Promise<boolean>,
): Promise<Tail> => {
  const last = new Map<number, TopicMark>();
  for (const { partition, low, high } of reader.spans) {
    const from = records.get(partition)?.offset ?? low;
    for await (const messages of reader.read({ partition, from: from < low ? low : from, to: high }))
      for (const message of messages) {
        if (!(await isKnown(message))) return { unknown: message, last };
        last.set(partition, { offset: BigInt(message.offset), hash: hashOf(message.value) });
      }
  }
  return { unknown: undefined, last };
};
