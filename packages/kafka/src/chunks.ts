import type { KafkaMessage } from 'kafkajs';
import type { Load } from './outstanding';
import { FetchedRecord } from './record-batch';
import type { Span } from './progress';

export type ReceivedMessage = {
  topic: string;
  partition: number;
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
};

/** The value of a message as Latin-1, a character for each byte. */
export const valueTextOf = (message: ReceivedMessage): string | null =>
  message instanceof FetchedRecord ? message.valueText : (message.value?.toString('latin1') ?? null);

/** What one call of onBatch is given. */
export type Chunk = { received: ReceivedMessage[]; span: Span; load: Load };

type Fetched = { topic: string; partition: number; messages: readonly KafkaMessage[] };

const sizeBytes = (message: KafkaMessage): number =>
  message instanceof FetchedRecord ? message.sizeBytes : (message.key?.length ?? 0) + (message.value?.length ?? 0);

/** A record stays as it is, for its key and value are to be cut out late. */
const receivedOf = (message: KafkaMessage, { topic, partition }: Fetched): ReceivedMessage => {
  if (message instanceof FetchedRecord) return message;
  const { offset, key, value } = message;
  return { topic, partition, offset, key, value };
};

/** The messages in order, none left out, in pieces within the limits; a message above them is a piece alone. */
export const chunksOf = function* (fetched: Fetched, limits: Load): Generator<Chunk> {
  let received: ReceivedMessage[] = [];
  let bytes = 0;
  const cut = (last: ReceivedMessage): Chunk => {
    const span = { first: received[0]?.offset ?? last.offset, next: String(BigInt(last.offset) + 1n) };
    const chunk = { received, span, load: { messages: received.length, bytes } };
    received = [];
    bytes = 0;
    return chunk;
  };
  for (const message of fetched.messages) {
    const size = sizeBytes(message);
    const last = received.at(-1);
    if (last && (received.length >= limits.messages || bytes + size > limits.bytes)) yield cut(last);
    received.push(receivedOf(message, fetched));
    bytes += size;
  }
  const last = received.at(-1);
  if (last) yield cut(last);
};
