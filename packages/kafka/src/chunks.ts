import type { KafkaMessage } from 'kafkajs';
import type { Load } from './outstanding';
import type { Span } from './progress';

export type ReceivedMessage = {
  topic: string;
  partition: number;
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
  /** Milliseconds since 1970, as the producer or the broker stamped it. */
  timestamp: string;
};

/** What one call of onBatch is given. */
export type Chunk = { received: ReceivedMessage[]; span: Span; load: Load };

type Fetched = { topic: string; partition: number; messages: readonly KafkaMessage[] };

const sizeBytes = ({ key, value }: KafkaMessage): number => (key?.length ?? 0) + (value?.length ?? 0);

/** The messages in order, none left out, in pieces within the limits; a message above them is a piece alone. */
export const chunksOf = function* ({ topic, partition, messages }: Fetched, limits: Load): Generator<Chunk> {
  let received: ReceivedMessage[] = [];
  let bytes = 0;
  const cut = (last: ReceivedMessage): Chunk => {
    const span = { first: received[0]?.offset ?? last.offset, next: String(BigInt(last.offset) + 1n) };
    const chunk = { received, span, load: { messages: received.length, bytes } };
    received = [];
    bytes = 0;
    return chunk;
  };
  for (const message of messages) {
    const size = sizeBytes(message);
    const last = received.at(-1);
    if (last && (received.length >= limits.messages || bytes + size > limits.bytes)) yield cut(last);
    const { offset, key, value, timestamp } = message;
    received.push({ topic, partition, offset, key, value, timestamp });
    bytes += size;
  }
  const last = received.at(-1);
  if (last) yield cut(last);
};
