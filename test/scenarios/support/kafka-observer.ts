import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Kafka, Partitioners, logLevel } from 'kafkajs';
import type { IHeaders, ISocketFactoryArgs, Message } from 'kafkajs';
import { until } from './until';

export type Received = {
  partition: number;
  offset: string;
  key: string | undefined;
  value: Buffer | null;
  headers: Record<string, string>;
};

export type TopicReader = {
  messages: Received[];
  /** Resolves with all messages read so far once there are as many that satisfy `matches`. */
  untilCount(count: number, matches?: (message: Received) => boolean): Promise<Received[]>;
  stop(): Promise<void>;
};

/** The world outside Tollgate: whoever writes to its topics and reads from them, with a client of their own. */
export type Outside = {
  kafka: Kafka;
  send(topic: string, messages: Message[]): Promise<void>;
  /** Every message of a topic from its start on, as it arrives. */
  read(topic: string): Promise<TopicReader>;
  close(): Promise<void>;
};

const headersOf = (headers: IHeaders | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, value?.toString() ?? '']));

/**
 * Whenever a consumer of kafkajs starts again by itself, it lets go (`unref`) once more of each connection that it had, closed long
 * ago: Node then waits for it to be open, one listener more each time.
 */
export const openSocket = ({ host, port, onConnect }: ISocketFactoryArgs): Socket => {
  const socket = connect({ host, port }, onConnect).setKeepAlive(true, 60_000);
  return socket.once('close', () => {
    socket.unref = () => socket;
  });
};

let readers = 0;

export const createOutside = (brokers: readonly string[]): Outside => {
  const retry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 60 };
  const kafka = new Kafka({
    clientId: 'outside',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry,
    socketFactory: openSocket,
  });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const connected = producer.connect();
  const opened: TopicReader[] = [];

  const read = async (topic: string): Promise<TopicReader> => {
    readers += 1;
    const consumer = kafka.consumer({
      groupId: `outside-${String(process.pid)}-${String(readers)}`,
      sessionTimeout: 10_000,
      maxBytesPerPartition: 8 << 20,
      // It stops only when the fetch under way is answered.
      maxWaitTimeInMs: 250,
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const messages: Received[] = [];
    await consumer.run({
      eachBatch: ({ batch, resolveOffset }) => {
        for (const { key, value, headers, offset } of batch.messages) {
          messages.push({
            partition: batch.partition,
            offset,
            key: key?.toString(),
            value,
            headers: headersOf(headers),
          });
          resolveOffset(offset);
        }
        return Promise.resolve();
      },
    });
    const reader: TopicReader = {
      messages,
      untilCount: (count, matches = () => true) =>
        until(
          `${String(count)} messages on ${topic}`,
          () => messages.filter(matches).length >= count && messages,
          120_000,
        ),
      stop: () => consumer.disconnect(),
    };
    opened.push(reader);
    return reader;
  };

  return {
    kafka,
    read,
    send: async (topic, messages) => {
      await connected;
      await producer.send({ topic, messages, acks: -1 });
    },
    close: async () => {
      await Promise.all([...opened.map((reader) => reader.stop()), producer.disconnect()]);
    },
  };
};

/** The topics of a Tollgate under its prefix. */
export const topicsUnder = (prefix: string) => ({
  payments: `${prefix}payments.v1`,
  usage: `${prefix}usage.v1`,
  trafficControl: `${prefix}traffic-control.v1`,
  rejected: `${prefix}rejected.v1`,
});

/** Resolves once Tollgate reads from Kafka. */
export const untilReady = (url: string): Promise<boolean> =>
  until('Tollgate is ready', async () => (await fetch(`${url}/readyz`)).status === 200, 180_000);

/** `KEY: JSON` of a rejection or a command. */
export const jsonOf = (message: Received): Record<string, unknown> =>
  JSON.parse(message.value?.toString() ?? 'null') as Record<string, unknown>;
