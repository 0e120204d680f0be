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

/** Where to read on in each partition: at its last acknowledged message, that one included, or before it where not all was seen. */
export const tailsOf = (
  reader: TopicReader,
  records: ReadonlyMap<number, TopicMark>,
  seen: ReadonlyMap<number, bigint> = new Map(),
): Map<number, bigint> =>
  new Map(
    reader.spans.map(({ partition, low }) => {
      const mark = records.get(partition)?.offset ?? low;
      const from = seen.get(partition) ?? mark;
      return [partition, from < low ? low : from < mark ? from : mark];
    }),
  );

/** What each partition holds from there on. */
export const readTails = async function* (
  reader: TopicReader,
  from: ReadonlyMap<number, bigint>,
): AsyncGenerator<ReceivedMessage> {
  for (const { partition, high: to, low } of reader.spans)
    for await (const messages of reader.read({ partition, from: from.get(partition) ?? low, to })) yield* messages;
};
