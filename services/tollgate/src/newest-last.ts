import { setTimeout as delay } from 'node:timers/promises';
import { withTopic } from '@tollgate/kafka';
import type { KafkaClient } from '@tollgate/kafka';
import { isRetriable } from '@tollgate/service-runtime';
import { createOrder } from './command-order';
import type { OrderParts } from './command-order';

type Parts = OrderParts & {
  client: KafkaClient;
  /** Resolves once the newest commands are known of what was published before, or should be. */
  folded(): Promise<void>;
  /** From where on nobody has looked; kept up to what was. */
  unseen: Map<number, bigint>;
  /** Up to there, in a partition, the newest command of each key stands last. */
  onSeen(partition: number, offset: bigint): void;
  signal: AbortSignal;
};

const pauseMs = 500;
/** By then the partitions of a topic are looked up anew. */
const readerMs = 60_000;

/**
 * Follows a topic of commands. Where an older one comes to stand behind its key's newest, held up on its way or sent by a process that was
 * paused before it could learn that another one publishes, the newest is published again, byte for byte.
 */
export const keepNewestLast = async (parts: Parts): Promise<void> => {
  const { client, topic, logger, signal } = parts;
  const order = createOrder(parts);
  await parts.folded();
  while (!signal.aborted) {
    try {
      await withTopic(client, topic, async (reader) => {
        for (const { partition, low } of reader.spans)
          if (!parts.unseen.has(partition)) parts.unseen.set(partition, low);
        const ending = AbortSignal.any([signal, AbortSignal.timeout(readerMs)]);
        for await (const tailing of reader.follow(parts.unseen, ending)) {
          await order.judge(tailing);
          for (const [partition, offset] of parts.unseen)
            if (!order.isSuspect(partition)) parts.onSeen(partition, offset);
        }
      });
    } catch (error) {
      if (!isRetriable(error)) throw error;
      logger.debug({ topic, error: error.message }, 'Could not follow a topic of commands');
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
};
