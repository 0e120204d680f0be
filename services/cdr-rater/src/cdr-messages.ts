import { parseCdr, parseFurther, parseJson, payloadOf } from '@tollgate/contracts';
import type { Cdr, Parsed, RaterTopics, Topics, UnratedMessage } from '@tollgate/contracts';
import type { OutgoingMessage, ReceivedMessage } from '@tollgate/kafka';
import { rateCdr } from './rate-cdr';
import type { Partners, UnratedLeg } from './rate-cdr';

/** Largest payload kept with the reason, as JSON: far below any limit of a broker. */
const maxPayloadBytes = 200_000;
/** No CDR comes near this. */
const maxValueBytes = 1 << 17;

type Why = Pick<UnratedMessage, 'reason' | 'detail'> & Partial<UnratedLeg>;
type Parts = { partners: Partners; topics: Pick<Topics & RaterTopics, 'usage' | 'unrated'>; receivedAt: string };

/** What is to be published for a message of the topic of CDRs, and the reasons of what has no price. */
export const messagesFor = ({ partners, topics, receivedAt }: Parts, message: ReceivedMessage) => {
  const parsed = parse(message);
  const { usages, unrated } = parsed.ok
    ? rateCdr(partners, parsed.value)
    : { usages: [], unrated: [{ reason: 'INVALID_REQUEST', detail: parsed.detail } satisfies Why] };
  const outgoing: OutgoingMessage[] = usages.map((usage) => ({
    topic: topics.usage,
    key: usage.accountId,
    value: JSON.stringify(usage),
  }));
  for (const why of unrated)
    outgoing.push({
      topic: topics.unrated,
      key: unratedKeyOf(message, why),
      value: JSON.stringify(unratedOf(message, why, receivedAt)),
    });
  return { outgoing, rated: usages.length, reasons: unrated.map(({ reason }) => reason) };
};

const parse = ({ value }: ReceivedMessage): Parsed<Cdr> => {
  if (value === null) return { ok: false, detail: 'the message has no value' };
  if (value.length > maxValueBytes)
    return { ok: false, detail: `the message is longer than ${String(maxValueBytes)} bytes` };
  return parseFurther(parseJson(value), parseCdr);
};

/** The same whenever the message is read: one that comes twice is one. */
const unratedKeyOf = ({ topic, partition, offset }: ReceivedMessage, { leg }: Why): string =>
  [topic, String(partition), offset, ...(leg === undefined ? [] : [leg])].join('/');

const unratedOf = (
  { topic, partition, offset, value }: ReceivedMessage,
  { reason, detail, leg }: Why,
  receivedAt: string,
): UnratedMessage => ({
  reason,
  detail,
  ...(leg !== undefined && { leg }),
  receivedAt,
  source: { topic, partition, offset },
  ...payloadOf(value, maxPayloadBytes),
});
