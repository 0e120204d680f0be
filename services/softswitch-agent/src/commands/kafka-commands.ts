import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import { parseBody, parseJson, trafficCommand } from '@tollgate/contracts';
import type { TrafficCommand } from '@tollgate/contracts';
import { withTopic } from '@tollgate/kafka';
import type { KafkaClient, ReceivedMessage, TopicReader } from '@tollgate/kafka';
import type { Log } from '@tollgate/service-runtime';
import type { CommandSource } from './command-source';

const backoff = { firstMs: 250, limitMs: 5_000 };

/** The compacted topic from its start, then live; after a lost connection from its start again, which costs little and misses nothing. */
export const kafkaCommands = (client: KafkaClient, topic: string, logger: Log): CommandSource => {
  let isCaughtUp = false;

  const read = async (
    reader: TopicReader,
    onCommands: (commands: readonly TrafficCommand[]) => void,
    signal: AbortSignal,
  ): Promise<void> => {
    const from = new Map(reader.spans.map(({ partition, low }) => [partition, low]));
    const unread = new Set(from.keys());
    for await (const { messages, atEnd } of reader.follow(from, signal)) {
      const commands = messages.flatMap((message) => commandIn(message, logger));
      for (const partition of atEnd) unread.delete(partition);
      if (unread.size === 0) isCaughtUp = true;
      if (commands.length > 0 || unread.size === 0) onCommands(commands);
    }
  };

  return {
    isCaughtUp: () => isCaughtUp,
    run: async (onCommands, signal) => {
      for (let attempt = 0; !signal.aborted; attempt += 1) {
        try {
          await withTopic(client, topic, (reader) => {
            attempt = 0;
            return read(reader, onCommands, signal);
          });
        } catch (error) {
          logger.warn({ topic, error: String(error) }, 'Commands cannot be read; trying again');
        }
        await delay(backoffMs(attempt, backoff), undefined, { signal }).catch(() => undefined);
      }
    },
  };
};

/** What is no command is told of and passed over: it must not hold up those behind it. */
const commandIn = ({ topic, partition, offset, value }: ReceivedMessage, logger: Log): TrafficCommand[] => {
  if (value === null) return [];
  const document = parseJson(value);
  const parsed = document.ok ? parseBody(trafficCommand, document.value) : document;
  if (parsed.ok) return [parsed.value];
  logger.error({ topic, partition, offset, detail: parsed.detail }, 'A message is no command and is passed over');
  return [];
};
