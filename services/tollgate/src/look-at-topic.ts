import type { LogEvent } from '@tollgate/contracts';
import { trafficMessage } from '@tollgate/cutoff-projector';
import type { EventLog, Position, RecordedEvent } from '@tollgate/event-store';
import { rejectedMessageKey } from '@tollgate/intake';
import type { ReceivedMessage, TopicReader } from '@tollgate/kafka';
import { commandIn, compareCommands, createIsKnown, recordedIn } from './command-comparison';
import { createIdentities } from './identities';
import type { Output } from './outputs';
import { readTails, tailsOf, whyLost } from './read-back';
import { hashOf } from './topic-marks';
import type { TopicMark, TopicMarks } from './topic-marks';

/** What a topic was found to hold. */
export type Found = {
  marks: TopicMarks;
  /** Whether the message of an event stands there already, as far as the topic was read: the relay need not publish it. */
  isThere(event: RecordedEvent<LogEvent>): boolean;
  /** From where on nobody has looked yet whether the newest command of a key stands last. */
  unseen: Map<number, bigint>;
};

export type Finding =
  /** What was acknowledged is there. */
  | ({ status: 'kept' } & Found)
  /** It is not; the chosen events have to be published again. */
  | ({ status: 'lost'; reason: string; isChosen(event: RecordedEvent<LogEvent>): boolean } & Found)
  /** The topic holds what the log does not. */
  | { status: 'ahead'; reason: string };

type Known = {
  log: EventLog<LogEvent>;
  output: Output;
  /** What was acknowledged last, as far as it was noted. */
  marks: TopicMarks | undefined;
  /** Of each partition, up to where the newest command of each key stands last; where it is not said, up to its mark. */
  seen?: ReadonlyMap<number, bigint>;
  /** How far the relay says it is; absent where nothing was noted. */
  position: Position | undefined;
};

/** Why the topic may not hold what was published up to a position; absent where nothing raises doubts. */
type Doubted = { doubt: string | undefined; through: Position };

/** Whether a topic still is what its relay left: read back where it can be, compared as a whole with the log where that raises doubts. */
export const lookAtTopic = async (reader: TopicReader, known: Known): Promise<Finding> => {
  const { log, output, position } = known;
  const end = (await log.lastPosition()) ?? 0n;
  const isBeyond = position !== undefined && position > end;
  const through = isBeyond ? end : (position ?? 0n);
  const doubt = isBeyond ? `${output.topic} was published further than this log goes` : await doubtOf(reader, known);
  if (!output.compacted) return lookAtRejected(reader, known, { doubt, through });
  if (doubt !== undefined || !isNoted(known)) return lookAtCommands(reader, known, { doubt, through });
  return lookAtNewCommands(reader, known);
};

/** Whether anything is known of what was published. */
const isNoted = ({ position, marks }: Known): boolean => position !== undefined || marks !== undefined;

/** What stands behind the last acknowledged messages: of this ledger, and published by another process or before it could be noted. */
const lookAtNewCommands = async (reader: TopicReader, { log, marks, seen }: Known): Promise<Finding> => {
  const records = recordsIn(marks);
  const isKnown = createIsKnown(log);
  const unseen = tailsOf(reader, records, seen);
  const standing = new Map<string, number>();
  const last = new Map(records);
  for await (const message of readTails(reader, unseen)) {
    if (!(await isKnown(message))) return aheadBy(message);
    standing.set(String(message.key), commandIn(message)?.sequence ?? 0);
    last.set(message.partition, markOf(message));
  }
  return { status: 'kept', marks: { cluster: reader.cluster, records: last }, isThere: isStanding(standing), unseen };
};

/** All that the topic holds. */
const lookAtCommands = async (
  reader: TopicReader,
  { log, output }: Known,
  { doubt, through }: Doubted,
): Promise<Finding> => {
  const { unknown, missing, standing, last } = await compareCommands(
    reader,
    () => recordedIn(log, output.prefix),
    through,
  );
  const [first] = unknown.first;
  if (first !== undefined) return aheadBy(first);
  const found = {
    marks: { cluster: reader.cluster, records: last },
    isThere: isStanding(standing),
    unseen: new Map(reader.spans.map(({ partition, high }) => [partition, high])),
  };
  if (missing.size === 0 || doubt === undefined) return { status: 'kept', ...found };
  const positions = new Set([...missing.values()].map((one) => one.position));
  return { status: 'lost', reason: doubt, ...found, isChosen: (event) => positions.has(event.position) };
};

/** Commands of a key are published in order: where one stands last, those before it have stood there. */
const isStanding =
  (standing: ReadonlyMap<string, number>): Found['isThere'] =>
  (event) => {
    const message = trafficMessage(event, '');
    return message !== undefined && 'sequence' in event.data && event.data.sequence <= (standing.get(message.key) ?? 0);
  };

const lookAtRejected = async (reader: TopicReader, { marks }: Known, { doubt, through }: Doubted): Promise<Finding> => {
  const { cluster } = reader;
  const unseen = new Map<number, bigint>();
  if (doubt !== undefined) {
    const nothing = { marks: { cluster, records: new Map<number, TopicMark>() }, isThere: () => false, unseen };
    return { status: 'lost', reason: doubt, ...nothing, isChosen: (event) => event.position <= through };
  }
  const records = recordsIn(marks);
  const held = createIdentities();
  const last = new Map(records);
  for await (const message of readTails(reader, tailsOf(reader, records))) {
    held.add(String(message.key), '');
    last.set(message.partition, markOf(message));
  }
  return {
    status: 'kept',
    marks: { cluster, records: last },
    isThere: ({ type, data }) => type === 'MessageRejected' && held.strike(rejectedMessageKey(data), ''),
    unseen,
  };
};

const recordsIn = (marks: TopicMarks | undefined): ReadonlyMap<number, TopicMark> => marks?.records ?? new Map();

const markOf = ({ offset, value }: ReceivedMessage): TopicMark => ({ offset: BigInt(offset), hash: hashOf(value) });

const doubtOf = async (reader: TopicReader, known: Known): Promise<string | undefined> => {
  const { output, marks, position } = known;
  const lost = marks && (await whyLost(reader, marks, { expires: !output.compacted }));
  if (lost !== undefined || position === undefined) return lost;
  if (output.compacted)
    return marks === undefined ? `it was not noted what ${output.topic} acknowledged last` : undefined;
  return (await isNew(reader, known, position))
    ? `${output.topic} has never held anything, and messages of it were acknowledged`
    : undefined;
};

/** What has expired leaves offsets behind; where there are none although something was published, the topic is another one. */
const isNew = async (reader: TopicReader, { log, output }: Known, position: Position): Promise<boolean> => {
  if (reader.spans.some(({ high }) => high > 0n)) return false;
  for await (const events of recordedIn(log, output.prefix)) {
    const first = events.find(({ type }) => type === 'MessageRejected');
    if (first !== undefined) return first.position <= position;
  }
  return false;
};

const aheadBy = (message: ReceivedMessage): Finding => {
  const command = commandIn(message);
  const what =
    command === undefined
      ? 'a message that is no command'
      : `a command of account ${command.accountId}, sequence ${String(command.sequence)},`;
  const place = `partition ${String(message.partition)}, offset ${message.offset}`;
  return {
    status: 'ahead',
    reason: `${message.topic} is ahead of this log: it holds ${what} that the log does not (${place}). The log was restored from an older copy, or the topic belongs to another ledger. Nothing is published until the newer log is back, this ledger has a KAFKA_TOPIC_PREFIX of its own or, if this log is what counts, "tollgate topics reset --yes" has emptied the topic`,
  };
};
