import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position, RecordedEvent } from '@tollgate/event-store';
import { KafkaUnavailable, PublishError, createPublisher } from '@tollgate/kafka';
import type { Acknowledged, KafkaClient } from '@tollgate/kafka';
import type { Log } from '@tollgate/service-runtime';
import type { Output } from './outputs';
import { hashOf } from './topic-marks';
import type { TopicMark } from './topic-marks';

export type RepublishParts = {
  client: KafkaClient;
  output: Output;
  log: EventLog<LogEvent>;
  logger: Log;
  /** Asked before each attempt. */
  mayPublish(): boolean;
  /** Ends it unfinished. */
  signal: AbortSignal;
};

type Choice = { isChosen(event: RecordedEvent<LogEvent>): boolean; through: Position };

const pollMs = 200;
const patienceMs = 15_000;

/**
 * Publishes chosen events of the log up to a position again, in order, byte for byte; resolves with how many and with the last message
 * of each partition, or with nothing if it was ended before. Throws KafkaUnavailable once the broker has refused them for a while.
 */
export const republish = async (
  { client, output, log, logger, mayPublish, signal }: RepublishParts,
  { isChosen, through }: Choice,
): Promise<{ messages: number; records: Map<number, TopicMark> } | undefined> => {
  const records = new Map<number, TopicMark>();
  let count = 0;
  const publisher = createPublisher(client);
  const relay = output.start({
    log,
    store: { position: () => undefined, store: () => undefined },
    topic: output.topic,
    isChosen,
    publish: async (messages) => {
      if (!mayPublish()) throw new PublishError('another process may publish by now');
      noteIn(records, await publisher.publish(messages));
      count += messages.length;
    },
    logger,
  });
  try {
    const failure = relay.done.then(() => new Promise<never>(() => undefined));
    failure.catch(() => undefined);
    // A log that is shorter than `through` has no more to give.
    while (!relay.isCaughtUp() && !(await Promise.race([relay.reached(through, pollMs), failure]))) {
      if (signal.aborted) return undefined;
      const { since, reason } = relay.unacknowledged() ?? {};
      if (since !== undefined && reason !== undefined && Date.now() - since.getTime() > patienceMs)
        throw new KafkaUnavailable(reason);
    }
    return { messages: count, records };
  } finally {
    await Promise.all([relay.stop(), publisher.close()]);
  }
};

/** Takes down the last message of each partition. */
export const noteIn = (records: Map<number, TopicMark>, acknowledged: readonly Acknowledged[]): void => {
  for (const { partition, lastOffset, last } of acknowledged)
    records.set(partition, { offset: lastOffset, hash: hashOf(last.value) });
};
