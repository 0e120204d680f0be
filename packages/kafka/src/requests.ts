import type { TopicMessages } from 'kafkajs';

export type OutgoingMessage = {
  topic: string;
  /** Messages of one key stay in order. */
  key: string;
  value: string | Buffer;
  headers?: Record<string, string>;
};

/** A record's own fields, and its share of a batch's: generous, since a limit must not be exceeded. */
const recordOverheadBytes = 100;

const sizeBytes = ({ key, value, headers = {} }: OutgoingMessage): number =>
  Object.entries(headers).reduce(
    (sum, [name, text]) => sum + Buffer.byteLength(name) + Buffer.byteLength(text) + 10,
    recordOverheadBytes + Buffer.byteLength(key) + Buffer.byteLength(value),
  );

/** The same messages in the same order, in pieces that stay below the limit; a message above it is a piece alone. */
export const splitIntoRequests = (messages: readonly OutgoingMessage[], maxBytes: number): OutgoingMessage[][] => {
  const requests: OutgoingMessage[][] = [];
  let room = 0;
  for (const message of messages) {
    const size = sizeBytes(message);
    const last = requests.at(-1);
    if (last && size <= room) {
      last.push(message);
      room -= size;
    } else {
      requests.push([message]);
      room = maxBytes - size;
    }
  }
  return requests;
};

/** As kafkajs wants them. The order within a topic, and so within a key, is kept. */
export const byTopic = (messages: readonly OutgoingMessage[]): TopicMessages[] => {
  const topics = new Map<string, TopicMessages>();
  for (const { topic, ...message } of messages) {
    const group = topics.get(topic) ?? { topic, messages: [] };
    group.messages.push(message);
    topics.set(topic, group);
  }
  return [...topics.values()];
};
