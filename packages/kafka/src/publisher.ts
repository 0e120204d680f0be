import {
  CompressionTypes,
  Partitioners,
  type Message,
  type Producer,
  type RecordMetadata,
  type TopicMessages,
} from 'kafkajs';
import type { KafkaClient } from './client';
import type { Connection } from './connection';
import { PublishError, describe, protocolErrorOf } from './errors';
import { byTopic, splitIntoRequests, type OutgoingMessage } from './requests';
import { withTimeLimit } from './time-limit';

export type PublisherOptions = {
  /** How long a publish may take before it is given up as retriable. Default 30 s. */
  deadlineMs?: number;
  /** Default 900 kB: below the 1 MiB that brokers take by default. */
  maxRequestBytes?: number;
};

/** What was written to one partition: the offset of the first of the messages, and the last of them with its own. */
export type Acknowledged = {
  topic: string;
  partition: number;
  firstOffset: bigint;
  lastOffset: bigint;
  last: OutgoingMessage;
};

export type Publisher = {
  /**
   * Resolves once all in-sync replicas have every message, with where they are. Calls are carried out one after the other, in order; at least
   * once. Rejects with PublishError: then publish the same messages again, before any later ones of the same keys.
   */
  publish(messages: readonly OutgoingMessage[]): Promise<Acknowledged[]>;
  isConnected(): boolean;
  /** Gives the calls under way 2 s to end, then cuts the connection; what is not acknowledged by then is rejected. */
  close(): Promise<void>;
};

type OpenProducer = {
  producer: Producer;
  connection: Connection;
  /** kafkajs tells which offset a partition's messages begin at, and not which messages those are. */
  partitionOf: WeakMap<Message, number>;
};

const reconnectEveryMs = 1_000;
const connectLimitMs = 10_000;
const closeLimitMs = 2_000;
const tooLarge = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
const late = Symbol('late');

const openProducer = (client: KafkaClient): OpenProducer => {
  const connection = client.connect();
  const partitionOf: OpenProducer['partitionOf'] = new WeakMap();
  const producer = connection.kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: () => {
      const choose = Partitioners.DefaultPartitioner();
      return (args) => {
        const partition = choose(args);
        partitionOf.set(args.message, partition);
        return partition;
      };
    },
    metadataMaxAge: 30_000,
  });
  return { producer, connection, partitionOf };
};

/**
 * One producer at a time, thrown away for good on any failure. Reusing it could lose messages: kafkajs takes back the
 * sequence numbers of a failed request, part of which the broker may have written, and the broker then takes the next
 * messages under those numbers for repetitions. Cutting it also keeps retries from being sent after newer messages; what was sent
 * already and is held up on its way is beyond our reach (decisions/003).
 */
const createProducerSlot = (client: KafkaClient) => {
  let open: OpenProducer | undefined;
  let isCut = false;
  let giveUp = (): void => undefined;

  const discard = (): void => {
    open?.connection.cut();
    open = undefined;
  };
  const isOpen = (): boolean => open?.connection.isOpen() ?? false;

  const use = async (until: number, act: (open: OpenProducer) => Promise<unknown>): Promise<void> => {
    if (isCut) throw new Error('the publisher is closed');
    const givenUp = new Promise<typeof late>((resolve) => {
      giveUp = () => {
        resolve(late);
      };
    });
    const attempt = async (): Promise<void> => {
      if (!isOpen()) {
        discard();
        open = openProducer(client);
        await open.producer.connect();
      }
      if (open) await act(open);
    };
    try {
      const outcome = await withTimeLimit(Promise.race([attempt(), givenUp]), until - Date.now(), late);
      if (outcome === late) throw new Error('no acknowledgement in time');
    } catch (error) {
      discard();
      throw error;
    }
  };

  const close = async (): Promise<void> => {
    if (open)
      await withTimeLimit(
        open.producer.disconnect().catch(() => undefined),
        reconnectEveryMs,
        undefined,
      );
    discard();
  };

  const cut = (): void => {
    isCut = true;
    discard();
    giveUp();
  };
  return { use, isOpen, close, cut };
};

/** What is refused as too large is sent in halves, down to the message that is. */
const sendInOrder = async (
  slot: ReturnType<typeof createProducerSlot>,
  messages: OutgoingMessage[],
  until: number,
): Promise<Acknowledged[]> => {
  try {
    let acknowledged: Acknowledged[] = [];
    await slot.use(until, async ({ producer, partitionOf }) => {
      const topicMessages = byTopic(messages);
      const written = await producer.sendBatch({ acks: -1, compression: CompressionTypes.None, topicMessages });
      acknowledged = placesOf(topicMessages, written, partitionOf);
    });
    return acknowledged;
  } catch (error) {
    const [first] = messages;
    if (!first || !tooLarge.has(protocolErrorOf(error) ?? '')) {
      throw new PublishError(`Publishing failed: ${describe(error)}`, { cause: error });
    }
    if (messages.length === 1) {
      const { topic, key } = first;
      throw new PublishError(`The broker refuses the message with key ${key} for topic ${topic}: ${describe(error)}`, {
        refused: { topic, key },
        cause: error,
      });
    }
    const half = Math.ceil(messages.length / 2);
    const written = await sendInOrder(slot, messages.slice(0, half), until);
    return [...written, ...(await sendInOrder(slot, messages.slice(half), until))];
  }
};

/** One for each partition. Where the broker gave no offset there is nothing to tell. */
const placesOf = (
  topicMessages: readonly TopicMessages[],
  written: readonly RecordMetadata[],
  partitionOf: OpenProducer['partitionOf'],
): Acknowledged[] =>
  written.flatMap(({ topicName: topic, partition, baseOffset }) => {
    const messages = topicMessages
      .filter((one) => one.topic === topic)
      .flatMap((one) => one.messages.filter((message) => partitionOf.get(message) === partition));
    const last = messages.at(-1);
    const first = baseOffset === undefined ? -1n : BigInt(baseOffset);
    if (last?.value === undefined || last.value === null || first < 0n) return [];
    const { key, value } = last;
    return [
      {
        topic,
        partition,
        firstOffset: first,
        lastOffset: first + BigInt(messages.length - 1),
        last: { topic, key: String(key), value },
      },
    ];
  });

/** Connects in the background and keeps trying; publish works, or fails as retriable, from the start. */
export const createPublisher = (client: KafkaClient, options: PublisherOptions = {}): Publisher => {
  const { deadlineMs = 30_000, maxRequestBytes = 900_000 } = options;
  const slot = createProducerSlot(client);
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let isClosed = false;

  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    waiting += 1;
    const done = last.then(act).finally(() => (waiting -= 1));
    last = done.catch(() => undefined);
    return done;
  };

  const connect = async (): Promise<void> => {
    if (slot.isOpen() || isClosed) return;
    try {
      await slot.use(Date.now() + connectLimitMs, () => Promise.resolve());
    } catch (error) {
      client.log.debug({ error: describe(error) }, 'Kafka publisher could not connect');
    }
  };
  const keepConnected = setInterval(() => {
    if (waiting === 0) void inTurn(connect);
  }, reconnectEveryMs).unref();
  void inTurn(connect);

  return {
    publish: (messages) => {
      if (isClosed) return Promise.reject(new PublishError('The publisher is closed'));
      const until = Date.now() + deadlineMs;
      return inTurn(async () => {
        const acknowledged: Acknowledged[] = [];
        for (const request of splitIntoRequests(messages, maxRequestBytes))
          acknowledged.push(...(await sendInOrder(slot, request, until)));
        return acknowledged;
      });
    },
    isConnected: slot.isOpen,
    close: async () => {
      isClosed = true;
      clearInterval(keepConnected);
      await withTimeLimit(inTurn(slot.close), closeLimitMs, undefined);
      slot.cut();
    },
  };
};
