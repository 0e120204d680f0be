import type { RaterTopics, Topics, UnratedReason } from '@tollgate/contracts';
import { createPublisher, runConsumer } from '@tollgate/kafka';
import type { KafkaClient, LostRange, OutgoingMessage, ReceivedMessage } from '@tollgate/kafka';
import { createTurns } from '@tollgate/service-runtime';
import type { Log } from '@tollgate/service-runtime';
import { messagesFor } from './cdr-messages';
import type { Partners } from './rate-cdr';

type Parts = {
  client: KafkaClient;
  topics: Pick<Topics & RaterTopics, 'usage' | 'cdr' | 'unrated'>;
  groupId: string;
  /** With how many partitions the topic of CDRs is created where it is missing. */
  partitions: number;
  partners: Partners;
  /** Resolves once the topics that are written are there. */
  ready: Promise<void>;
  clock: () => Date;
  logger: Log;
};

/** What a rater has done since it was started; a CDR that comes again counts again. */
export type RaterCounts = { cdrs: number; rated: number; unrated: Map<UnratedReason, number>; lost: number };

export type Rater = {
  readiness(): { isReady: boolean; detail: string };
  counts: Readonly<RaterCounts>;
  /** Hands over nothing more, and finishes what was handed over. */
  stop(): Promise<void>;
};

/** A few milliseconds of rating: others have their turn between. */
const pieceMessages = 250;

/**
 * Rates the calls on the topic of CDRs. Their offsets are committed once the broker has acknowledged what they were rated to: after a
 * crash between the two the same usage comes again under the same ids, which count once.
 */
export const startRater = (parts: Parts): Rater => {
  const { client, topics, groupId, partitions, partners, ready, clock, logger } = parts;
  const publisher = createPublisher(client);
  const counts: RaterCounts = { cdrs: 0, rated: 0, unrated: new Map(), lost: 0 };
  const turn = createTurns();

  const rate = (messages: readonly ReceivedMessage[], receivedAt: string): OutgoingMessage[] =>
    messages.flatMap((message) => {
      const { outgoing, rated, reasons } = messagesFor({ partners, topics, receivedAt }, message);
      counts.cdrs += 1;
      counts.rated += rated;
      for (const reason of reasons) counts.unrated.set(reason, (counts.unrated.get(reason) ?? 0) + 1);
      return outgoing;
    });

  const handle = async (messages: readonly ReceivedMessage[]): Promise<void> => {
    const receivedAt = clock().toISOString();
    const outgoing: OutgoingMessage[] = [];
    for (let start = 0; start < messages.length; start += pieceMessages) {
      await turn();
      outgoing.push(...rate(messages.slice(start, start + pieceMessages), receivedAt));
    }
    await publisher.publish(outgoing);
  };

  const noteLost = (ranges: readonly LostRange[]): Promise<void> => {
    counts.lost += ranges.length;
    for (const { topic, partition, from, to, why } of ranges)
      logger.error({ topic, partition, from, to, why }, lossText);
    return Promise.resolve();
  };

  let isStopping = false;
  let consumer: ReturnType<typeof runConsumer> | undefined;
  const start = async (): Promise<void> => {
    await ready;
    if (isStopping) return;
    consumer = runConsumer(client, {
      groupId,
      topics: [topics.cdr],
      partitionsConcurrently: partitions,
      createPartitions: partitions,
      onBatch: handle,
      onLost: noteLost,
    });
  };
  void start();

  return {
    readiness: () => {
      const state = consumer?.state() ?? 'connecting';
      const reason = consumer?.reason() ?? '';
      return {
        isReady: state === 'running' && reason === '',
        detail: `consumer of ${topics.cdr} ${state}${reason === '' ? '' : `: ${reason}`}`,
      };
    },
    counts,
    stop: async () => {
      isStopping = true;
      await consumer?.stop();
      await publisher.close();
    },
  };
};

const lossText =
  'CDRs were lost before they could be read: have the switch send them again; what was rated before counts once';
