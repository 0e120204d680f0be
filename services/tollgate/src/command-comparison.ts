import { cutoffStream, parseBody, parseJson, trafficCommand } from '@tollgate/contracts';
import type { LogEvent, TrafficCommand } from '@tollgate/contracts';
import { trafficMessage } from '@tollgate/cutoff-projector';
import type { EventLog, Position, RecordedEvent } from '@tollgate/event-store';
import type { ReceivedMessage, TopicReader } from '@tollgate/kafka';
import { createIdentities } from './identities';
import type { Identities } from './identities';
import { hashOf } from './topic-marks';
import type { TopicMark } from './topic-marks';

/** Events of a log, from the first to the last there is. */
export type Recorded = AsyncIterable<readonly RecordedEvent<LogEvent>[]>;

export type CommandComparison = {
  /** Messages that were read. */
  messages: number;
  /** Of the last command of each key, up to the position that was asked for. */
  expected: Map<string, Expected>;
  /** The sequence that stands last of each key, 0 for what is no command. */
  standing: ReadonlyMap<string, number>;
  /** Keys whose last command, or a later one, does not stand last in the topic. */
  missing: Map<string, Expected>;
  /** What the topic holds and the log does not: how many there are, and some of them. */
  unknown: { count: number; first: ReceivedMessage[] };
  /** The last message of each partition. */
  last: Map<number, TopicMark>;
};

type Expected = { sequence: number; position: Position };

/** So many of what the log does not have are shown. */
export const shown = 20;

/**
 * Compares the commands of a whole topic with the decisions of a log; those after `through` need not be there yet, and without it all
 * of them must. Of a message no more than a number is kept: a topic may hold more than there is memory for.
 */
export const compareCommands = async (
  reader: TopicReader,
  recorded: () => Recorded,
  through: Position | undefined,
): Promise<CommandComparison> => {
  const { held, newest, last, messages } = await readCommands(reader);
  const expected = new Map<string, Expected>();
  for await (const events of recorded())
    for (const event of events) {
      const message = trafficMessage(event, '');
      if (message === undefined || !('sequence' in event.data)) continue;
      held.strike(message.key, message.value);
      const { sequence } = event.data;
      if (through === undefined || event.position <= through)
        expected.set(message.key, { sequence, position: event.position });
    }
  const isMissing = ([key, { sequence }]: [string, Expected]): boolean => (newest.get(key) ?? 0) < sequence;
  const count = held.left();
  return {
    messages,
    expected,
    standing: newest,
    missing: new Map([...expected].filter(isMissing)),
    unknown: { count, first: count === 0 ? [] : await readFirst(reader, isLeftIn(held)) },
    last,
  };
};

/** A message without a value takes its key away from whoever reads the topic anew. */
const readCommands = async (reader: TopicReader) => {
  const held = createIdentities();
  const newest = new Map<string, number>();
  const last = new Map<number, TopicMark>();
  let messages = 0;
  for (const { partition, low, high } of reader.spans) {
    const lastOfKeys = new Map<string, number>();
    for await (const group of reader.read({ partition, from: low, to: high })) {
      for (const message of group) {
        const key = String(message.key);
        if (message.value !== null) held.add(key, message.value);
        lastOfKeys.set(key, commandIn(message)?.sequence ?? 0);
      }
      messages += group.length;
      const end = group.at(-1);
      if (end !== undefined) last.set(partition, { offset: BigInt(end.offset), hash: hashOf(end.value) });
    }
    // Once a topic has been given more partitions, a key may have messages in two: the newer one counts.
    for (const [key, sequence] of lastOfKeys) newest.set(key, Math.max(sequence, newest.get(key) ?? 0));
  }
  return { held, newest, last, messages };
};

const isLeftIn =
  (held: Identities) =>
  ({ key, value }: ReceivedMessage): boolean =>
    value !== null && held.isLeft(String(key), value);

/** Some of the messages that are wanted, read anew. */
const readFirst = async (
  reader: TopicReader,
  isWanted: (message: ReceivedMessage) => boolean,
): Promise<ReceivedMessage[]> => {
  const found: ReceivedMessage[] = [];
  for (const { partition, low, high } of reader.spans)
    for await (const group of reader.read({ partition, from: low, to: high })) {
      found.push(...group.filter(isWanted).slice(0, shown - found.length));
      if (found.length === shown) return found;
    }
  return found;
};

/** The command in a message, if that is what it is. */
export const commandIn = ({ value }: Pick<ReceivedMessage, 'value'>): TrafficCommand | undefined => {
  const json = value === null ? undefined : parseJson(value);
  const parsed = json?.ok === true ? parseBody(trafficCommand, json.value) : undefined;
  return parsed?.ok === true ? parsed.value : undefined;
};

/** Whether a message is a command of this log, byte for byte; one without a value says nothing. */
export const createIsKnown =
  (log: EventLog<LogEvent>) =>
  async (message: ReceivedMessage): Promise<boolean> => {
    if (message.value === null) return true;
    const command = commandIn(message);
    if (command === undefined) return false;
    const { accountId, sequence } = command;
    const [event] = await log.readStream(cutoffStream(accountId), { from: sequence - 1, limit: 1 });
    const own = event && trafficMessage(event, message.topic);
    return own !== undefined && own.key === String(message.key) && own.value === message.value.toString();
  };

/** Everything under a prefix that is in the log now, from its first event or after one. */
export const recordedIn = async function* (log: Subscribed, prefix: string, after?: Position): Recorded {
  const end = await log.lastPosition();
  if (end === undefined || (after !== undefined && after >= end)) return;
  const ending = new AbortController();
  const selection = { prefixes: [prefix], after, signal: ending.signal };
  for await (const { events, position, isCaughtUp } of log.subscribe(selection)) {
    yield events;
    if (isCaughtUp || position >= end) return;
  }
};

type Subscribed = Pick<EventLog<LogEvent>, 'lastPosition' | 'subscribe'>;

/** One by one. */
export const eventsOf = async function* (recorded: Recorded): AsyncGenerator<RecordedEvent<LogEvent>, undefined> {
  for await (const events of recorded) yield* events;
  return undefined;
};
