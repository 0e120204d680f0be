import { cutoffStream } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { trafficMessage } from '@tollgate/cutoff-projector';
import type { EventLog, Position } from '@tollgate/event-store';
import type { OutgoingMessage, ReceivedMessage, Tailing } from '@tollgate/kafka';
import type { Log } from '@tollgate/service-runtime';
import { commandIn } from './command-comparison';
import { commandKeyIn } from './newest-command';
import type { CommandKey, Newest } from './newest-command';

/** What the order of commands in a topic is judged by. */
export type OrderParts = {
  topic: string;
  log: EventLog<LogEvent>;
  newest: Newest;
  /** Whether all up to a position of the log is acknowledged by the broker. */
  isAcknowledged(position: Position): Promise<boolean>;
  publish(messages: OutgoingMessage[]): Promise<void>;
  logger: Log;
};

/** `acknowledged`: the sequence of its newest command, if the broker had acknowledged that before the look under way. */
type Suspect = { key: CommandKey; partition: number; acknowledged: number | undefined };

/** Keeps the keys behind whose newest command an older one may stand, and publishes the newest again once it is certain. */
export const createOrder = ({ topic, log, newest, isAcknowledged, publish, logger }: OrderParts) => {
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
    /** Whether a partition may hold such a key. */
    isSuspect: (partition: number): boolean => [...suspects.values()].some((one) => one.partition === partition),
    judge: async ({ messages, atEnd }: Tailing): Promise<void> => {
      newest.forgetFolded();
      for (const message of messages) see(message);
      for (const [name, suspect] of suspects) if (atEnd.has(suspect.partition)) await settle(name, suspect);
    },
  };
};
