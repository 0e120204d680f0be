import { shorten, streamPrefixes } from '@tollgate/contracts';
import type { LogEvent, RejectedMessage } from '@tollgate/contracts';
import type { EventLog, RecordedEvent } from '@tollgate/event-store';
import type { OutgoingMessage } from '@tollgate/kafka';
import { PublishError } from '@tollgate/kafka/errors';
import { relay } from '@tollgate/service-runtime';
import type { Following, Log, RelayPosition } from '@tollgate/service-runtime';

type Publish = (messages: OutgoingMessage[]) => Promise<void>;

/** Publishes every message that could not be applied, once, to the rejected topic (DESIGN 3). */
export const startRejectedRelay = (parts: {
  log: EventLog<LogEvent>;
  store: RelayPosition;
  topic: string;
  publish: Publish;
  isChosen?(event: RecordedEvent<LogEvent>): boolean;
  logger: Log;
}): Following =>
  relay<LogEvent, RejectedMessage>({
    ...parts,
    name: 'rejected relay',
    prefix: streamPrefixes.rejected,
    toMessage: (event: RecordedEvent<LogEvent>) => (event.type === 'MessageRejected' ? event.data : undefined),
    publish: (rejections) => publishFitting(rejections, parts.topic, parts.publish),
  });

/** Publishes rejections; where one does not fit the broker's limit, each by itself, its payload cut by halves until it fits. */
const publishFitting = async (rejections: RejectedMessage[], topic: string, publish: Publish): Promise<void> => {
  try {
    await publish(rejections.map((rejection) => messageOf(rejection, topic)));
  } catch (error) {
    if (!(error instanceof PublishError) || error.retriable) throw error;
    const [only, ...others] = rejections;
    if (only === undefined || (others.length === 0 && isEmpty(only))) throw error;
    if (others.length === 0) await publishFitting([shorten(only)], topic, publish);
    else for (const rejection of rejections) await publishFitting([rejection], topic, publish);
  }
};

const messageOf = (rejection: RejectedMessage, topic: string): OutgoingMessage => ({
  topic,
  key: rejectedMessageKey(rejection),
  value: JSON.stringify(rejection),
});

/** The key of its message: the place of the message that was refused. */
export const rejectedMessageKey = ({ source }: RejectedMessage): string =>
  `${source.topic}/${String(source.partition)}/${source.offset}`;

const isEmpty = ({ payload, payloadBase64 }: RejectedMessage): boolean => (payload ?? payloadBase64 ?? '') === '';
