import type { Broker } from '../../../infra/kafka/broker';
import type { Fields } from './api';
import type { Command } from './command-stream';
import { createOutside, jsonOf, topicsUnder } from './kafka-observer';
import type { Outside, Received, TopicReader } from './kafka-observer';
import type { SetUp } from './set-ups';
import { startTollgate } from './tollgate-process';
import type { Tollgate } from './tollgate-process';
import { until } from './until';

type Options = {
  data: string;
  prefix: string;
  group?: string;
  flags?: readonly string[];
  environment?: NodeJS.ProcessEnv;
  /** How it runs, if not as one process. */
  starter?: SetUp['start'];
};

/** Tollgate with topics and a consumer group of its own, so that several tests share one broker. */
export const startOnKafka = (
  brokers: readonly string[],
  { data, prefix, group = `${prefix}group`, flags = [], environment = {}, starter = startTollgate }: Options,
): Promise<Tollgate> =>
  starter({
    data,
    brokers,
    flags: ['--kafka-topic-prefix', prefix, '--kafka-group', group, ...flags],
    environment,
  });

export const outsideOf = (
  broker: Broker,
  prefix: string,
): { outside: Outside; topics: ReturnType<typeof topicsUnder> } => ({
  outside: createOutside(broker.brokers),
  topics: topicsUnder(prefix),
});

/** The message that carries a batch entry. */
const messageOf = ({ kind: _kind, ...body }: Fields) => ({
  key: body['accountId'] as string,
  value: JSON.stringify(body),
});

/** Sends entries in their order to the topics they belong to. */
export const sendEntries = async (
  { outside, topics }: ReturnType<typeof outsideOf>,
  entries: readonly Fields[],
): Promise<void> => {
  const ofKind = (kind: string) => entries.filter((entry) => entry['kind'] === kind).map(messageOf);
  const [payments, calls] = [ofKind('payment'), ofKind('usage')];
  if (payments.length > 0) await outside.send(topics.payments, payments);
  if (calls.length > 0) await outside.send(topics.usage, calls);
};

type Offsets = Map<string, { committed: bigint; end: bigint }>;

/** How far a group has come in each partition (`topic/partition`). */
export const readOffsets = async (
  { outside, topics }: ReturnType<typeof outsideOf>,
  groupId: string,
): Promise<Offsets> => {
  const admin = outside.kafka.admin();
  await admin.connect();
  try {
    const inputs = [topics.payments, topics.usage];
    const committed = await admin.fetchOffsets({ groupId, topics: inputs });
    const offsets: Offsets = new Map();
    for (const topic of inputs)
      for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
        const found = committed
          .find((one) => one.topic === topic)
          ?.partitions.find((one) => one.partition === partition);
        offsets.set(`${topic}/${String(partition)}`, { committed: BigInt(found?.offset ?? -1), end: BigInt(high) });
      }
    return offsets;
  } finally {
    await admin.disconnect();
  }
};

/** Resolves once the group has committed everything that is in the input topics. */
export const untilConsumed = (parts: ReturnType<typeof outsideOf>, groupId: string): Promise<boolean> =>
  until(
    `${groupId} has consumed its topics`,
    async () => {
      // Where nobody has joined the group yet, a slow broker has no coordinator for it.
      const read = await readOffsets(parts, groupId).catch((error: unknown) => {
        if (error instanceof Error && error.name === 'KafkaJSGroupCoordinatorNotFound') return undefined;
        throw error;
      });
      if (read === undefined) return false;
      const offsets = [...read.values()];
      return offsets.every(({ committed, end }) => committed >= end || end === 0n);
    },
    180_000,
  );

/** The commands on a topic by account, in the order of their sequence, without the copies a consumer ignores. */
export const commandsByAccount = (messages: readonly Received[]): Map<string, Command[]> => {
  const byAccount = new Map<string, Map<number, Command>>();
  for (const command of messages.map((message) => jsonOf(message) as Command)) {
    const mine = byAccount.get(command.accountId) ?? new Map<number, Command>();
    byAccount.set(command.accountId, mine.set(command.sequence, command));
  }
  return new Map(
    [...byAccount].map(([accountId, mine]) => [
      accountId,
      [...mine.values()].sort((one, other) => one.sequence - other.sequence),
    ]),
  );
};

/** Keys whose last message is not their newest command: what compaction leaves, and a switch that reads the topic anew goes by. */
const outdatedKeys = (messages: readonly Received[]): string[] => {
  const last = new Map<string, number>();
  const newest = new Map<string, number>();
  for (const message of messages) {
    const { sequence } = jsonOf(message) as Command;
    const key = message.key ?? '';
    last.set(key, sequence);
    newest.set(key, Math.max(sequence, newest.get(key) ?? 0));
  }
  return [...newest.keys()].filter((key) => last.get(key) !== newest.get(key));
};

/** Resolves once `count` commands are published, each key's newest last: behind a copy those after it come again too. */
export const untilPublished = async ({ messages }: TopicReader, count: number, timeoutMs = 120_000): Promise<void> => {
  const isWhole = () => [...commandsByAccount(messages).values()].flat().length >= count;
  await until(`${String(count)} commands are published`, isWhole, timeoutMs);
  await until('the newest command of each key stands last', () => outdatedKeys(messages).length === 0);
};

/** Keys whose commands came out of order or that end with an older one, and copies that differ from the first. */
export const deliveryFaultsOf = (messages: readonly Received[]): string[] => {
  const latest = new Map<string, number>();
  const bytes = new Map<string, string>();
  const faults = messages.flatMap((message) => {
    const { accountId, sequence } = jsonOf(message) as Command;
    const key = message.key ?? '';
    const id = `${accountId}/${String(sequence)}`;
    const first = bytes.get(id);
    const text = message.value?.toString() ?? '';
    if (first !== undefined) return first === text ? [] : [`${id} was sent again with other bytes`];
    bytes.set(id, text);
    const isInOrder = sequence > (latest.get(key) ?? 0);
    latest.set(key, sequence);
    return isInOrder ? [] : [`${key}: ${String(sequence)} came late`];
  });
  return [...faults, ...outdatedKeys(messages).map((key) => `${key} does not end with its newest command`)];
};
