import { setTimeout as delay } from 'node:timers/promises';
import { cutoffStream } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { trafficMessage } from '@tollgate/cutoff-projector';
import type { EventLog, Position } from '@tollgate/event-store';
import { withTopic } from '@tollgate/kafka';
import type { KafkaClient, OutgoingMessage, ReceivedMessage, Tailing } from '@tollgate/kafka';
import { isRetriable } from '@tollgate/service-runtime';
import type { Log } from '@tollgate/service-runtime';
import { commandIn } from './command-comparison';
import { commandKeyIn } from './newest-command';
import type { CommandKey, Newest } from './newest-command';

type Parts = {
  client: KafkaClient;
  topic: string;
  log: EventLog<LogEvent>;
  newest: Newest;
  /** Resolves once the newest commands are known of what was published before, or should be. */
  folded(): Promise<void>;
  /** From where on nobody has looked; kept up to what was. */
  unseen: Map<number, bigint>;
  /** Whether all up to a position of the log is acknowledged by the broker. */
  isAcknowledged(position: Position): Promise<boolean>;
  publish(messages: OutgoingMessage[]): Promise<void>;
  logger: Log;
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
        for await (const tailing of reader.follow(parts.unseen, ending)) await order.judge(tailing);
      });
    } catch (error) {
      if (!isRetriable(error)) throw error;
      logger.debug({ topic, error: error.message }, 'Could not follow a topic of commands');
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
};

/** `acknowledged`: the sequence of its newest command, if the broker had acknowledged that before the look under way. */
type Suspect = { key: CommandKey; partition: number; acknowledged: number | undefined };

/** Keys behind whose newest command an older one may stand. */
const createOrder = ({
  topic,
  log,
  newest,
  isAcknowledged,
  publish,
  logger,
}: Omit<Parts, 'client' | 'unseen' | 'folded'>) => {
  const suspects = new Map<string, Suspect>();

  const see = (message: ReceivedMessage): void => {
    const key = commandKeyIn(message.key);
    if (key === undefined) return;
    if ((commandIn(message)?.sequence ?? 0) >= newest.of(key)) suspects.delete(String(message.key));
    else suspects.set(String(message.key), { key, partition: message.partition, acknowledged: undefined });
  };

  const settle = async (name: string, suspect: Suspect): Promise<void> => {
    const sequence = newest.of(suspect.key);
    const stream = cutoffStream(suspect.key.accountId);
    const [event] = await log.readStream(stream, { from: sequence - 1, limit: 1 });
    const message = event && trafficMessage(event, topic);
    if (event === undefined || message?.key !== name) return;
    if (suspect.acknowledged !== sequence) {
      // The next look reaches what is acknowledged by now, and finds it if it stands behind the older one.
      suspect.acknowledged = (await isAcknowledged(event.position)) ? sequence : undefined;
      return;
    }
    if (newest.of(suspect.key) !== sequence) return;
    logger.warn({ topic, key: name, sequence }, 'An older command came late: the newest of its key is published again');
    suspect.acknowledged = undefined;
    await publish([message]);
  };

  return {
    judge: async ({ messages, atEnd }: Tailing): Promise<void> => {
      newest.forgetFolded();
      for (const message of messages) see(message);
      for (const [name, suspect] of suspects) if (atEnd.has(suspect.partition)) await settle(name, suspect);
    },
  };
};
