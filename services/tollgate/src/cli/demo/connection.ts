import { randomUUID } from 'node:crypto';
import { followCommands } from '@tollgate/client';
import { topicsOf } from '@tollgate/contracts';
import type { TrafficCommand } from '@tollgate/contracts';
import { createKafka, createPublisher, runConsumer } from '@tollgate/kafka';
import { createLog } from '@tollgate/service-runtime';
import type { TollgateClient } from '../tollgate-client';
import type { DemoMessage } from './traffic-plan';

/** How the demonstration's rater, finance and softswitch are connected to Tollgate. */
export type DemoConnection = {
  about: string;
  send(messages: readonly DemoMessage[]): Promise<void>;
  close(): Promise<void>;
};

type OnCommand = (command: TrafficCommand) => void;

/** Payments and usage in by their topics, commands out by theirs, as in production. */
export const connectByKafka = (brokers: string[], onCommand: OnCommand): DemoConnection => {
  const topics = topicsOf('tollgate.');
  const client = createKafka({ brokers, clientId: 'tollgate-demo' }, createLog('error'));
  const publisher = createPublisher(client);
  const consumer = runConsumer(client, {
    groupId: `tollgate-demo-${randomUUID()}`,
    topics: [topics.trafficControl],
    onBatch: (messages) => {
      for (const { value } of messages) if (value !== null) onCommand(JSON.parse(value.toString()) as TrafficCommand);
      return Promise.resolve();
    },
  });
  return {
    about: `over Apache Kafka at ${brokers.join(',')}`,
    send: async (messages) => {
      await publisher.publish(
        messages.map(({ kind, body }) => ({
          topic: kind === 'payment' ? topics.payments : topics.usage,
          key: body.accountId,
          value: JSON.stringify(body),
        })),
      );
    },
    close: async () => {
      await Promise.all([publisher.close(), consumer.stop()]);
    },
  };
};

export const connectByHttp = (client: TollgateClient, onCommand: OnCommand): DemoConnection => {
  const closing = new AbortController();
  const follow = async (): Promise<void> => {
    const options = { isFromStart: true, signal: closing.signal, onConnection: () => undefined };
    for await (const { command } of followCommands(client.url, options)) onCommand(command);
  };
  const following = follow();
  following.catch(() => undefined);
  return {
    about: 'over HTTP',
    send: async (messages) => {
      const lines = messages.map(({ kind, body }) => `${JSON.stringify({ kind, ...body })}\n`);
      await client.batch(Buffer.from(lines.join('')));
    },
    close: async () => {
      closing.abort();
      await following;
    },
  };
};
