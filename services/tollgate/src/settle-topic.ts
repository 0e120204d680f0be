import type { Position } from '@tollgate/event-store';
import { TopicForbidden, TopicMissing, ensureTopics, withTopic } from '@tollgate/kafka';
import { partitions } from './first-contact';
import { lookAtTopic } from './look-at-topic';
import type { Finding, Found } from './look-at-topic';
import type { OutputTopicParts } from './output-parts';
import { republish } from './republish';
import type { TopicMarks } from './topic-marks';

/** What a relay must know of its topic. */
export type Settled = Pick<Found, 'isThere' | 'unseen'>;

/** Where the broker does not let us read. */
const unread: Settled = { isThere: () => false, unseen: new Map() };

/** Brings the topic to where its relay can go on and tells what it holds, or says why that cannot be; nothing if it was ended before. */
export const settle = async (parts: OutputTopicParts, signal: AbortSignal): Promise<Settled | string | undefined> => {
  const { place } = parts;
  const found = await look(parts);
  if (found === undefined) return unread;
  if (typeof found === 'string') return found;
  if (signal.aborted) return undefined;
  if (found.status === 'ahead') return found.reason;
  const through = await reachOf(parts);
  const marks =
    found.status === 'lost' && through !== undefined
      ? await publishAgain(parts, found, { through, signal })
      : found.marks;
  if (marks === undefined) return undefined;
  place.marks = marks;
  place.seen = new Map(found.unseen);
  if (through !== undefined) place.store(through);
  return found;
};

/** How far the topic may be: as far as its relay was, and no further than the log goes. */
const reachOf = async ({ log, place }: OutputTopicParts): Promise<Position | undefined> => {
  const end = (await log.lastPosition()) ?? 0n;
  const position = place.position();
  return position === undefined || position <= end ? position : end;
};

/** The last message of each partition after that; nothing if it was ended before. */
const publishAgain = async (
  { client, output, log, logger, mayPublish }: OutputTopicParts,
  { reason, isChosen, marks }: Finding & { status: 'lost' },
  { through, signal }: { through: Position; signal: AbortSignal },
): Promise<TopicMarks | undefined> => {
  const { name, topic } = output;
  logger.warn({ topic, reason }, `${name} relay: its topic has lost messages; they are published again`);
  const again = await republish({ client, output, log, logger, mayPublish, signal }, { isChosen, through });
  if (again === undefined) return undefined;
  const { messages, records } = again;
  logger.warn({ topic, messages }, `${name} relay: what its topic had lost is published again`);
  return { ...marks, records: new Map([...marks.records, ...records]) };
};

/** What became of the topic; a reason to look again; or nothing where the broker does not let us read it. */
const look = async ({
  client,
  output,
  log,
  place,
  logger,
  created,
}: OutputTopicParts): Promise<Finding | string | undefined> => {
  const { topic, compacted } = output;
  const known = { log, output, marks: place.marks, seen: place.seen, position: place.position() };
  const lookOnce = () => withTopic(client, topic, (reader) => lookAtTopic(reader, known));
  try {
    return await lookOnce().catch(async (error: unknown) => {
      if (!(error instanceof TopicMissing)) throw error;
      await created;
      return lookOnce();
    });
  } catch (error) {
    if (error instanceof TopicMissing) {
      const { refused } = await ensureTopics(client, [{ name: topic, partitions, compacted }]);
      const [refusal] = refused;
      return refusal === undefined
        ? `there was no topic ${topic}; it has been created`
        : `there is no topic ${topic}, and the broker did not let us create it: ${refusal.reason}`;
    }
    if (!(error instanceof TopicForbidden)) throw error;
    logger.warn(
      { topic },
      'The broker does not let us read a topic that we write: if it loses messages, that is not noticed',
    );
    return undefined;
  }
};
