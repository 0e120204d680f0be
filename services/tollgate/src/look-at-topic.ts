import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position, RecordedEvent } from '@tollgate/event-store';
import type { ReceivedMessage, TopicReader } from '@tollgate/kafka';
import { commandIn, compareCommands, createIsKnown, recordedIn } from './command-comparison';
import type { Output } from './outputs';
import { readTail, whyLost } from './read-back';
import type { TopicMark, TopicMarks } from './topic-marks';

export type Finding =
  /** What was acknowledged is there. */
  | { status: 'kept'; marks: TopicMarks }
  /** It is not; the chosen events have to be published again. */
  | { status: 'lost'; reason: string; marks: TopicMarks; isChosen(event: RecordedEvent<LogEvent>): boolean }
  /** The topic holds what the log does not. */
  | { status: 'ahead'; reason: string };

type Known = {
  log: EventLog<LogEvent>;
  output: Output;
  /** What was acknowledged last, as far as it was noted. */
  marks: TopicMarks | undefined;
  /** How far the relay says it is; absent before it has published anything. */
  position: Position | undefined;
};

/** Whether a topic still is what its relay left: read back where it can be, compared as a whole with the log where that raises doubts. */
export const lookAtTopic = async (reader: TopicReader, known: Known): Promise<Finding> => {
  const { log, output, position } = known;
  const end = (await log.lastPosition()) ?? 0n;
  const isBeyond = position !== undefined && position > end;
  const through = isBeyond ? end : (position ?? 0n);
  const doubt = isBeyond ? `${output.topic} was published further than this log goes` : await doubtOf(reader, known);
  const marks = { cluster: reader.cluster, records: known.marks?.records ?? new Map<number, TopicMark>() };
  if (output.compacted) return lookAtCommands(reader, known, { doubt, through, marks });
  if (doubt === undefined) return { status: 'kept', marks };
  return {
    status: 'lost',
    reason: doubt,
    marks: { ...marks, records: new Map() },
    isChosen: (event) => event.position <= through,
  };
};

const lookAtCommands = async (
  reader: TopicReader,
  { log, output }: Known,
  { doubt, through, marks }: { doubt: string | undefined; through: Position; marks: TopicMarks },
): Promise<Finding> => {
  const tail = await readTail(reader, marks.records, createIsKnown(log));
  if (tail.unknown !== undefined) return aheadBy(tail.unknown);
  if (doubt === undefined)
    return { status: 'kept', marks: { ...marks, records: new Map([...marks.records, ...tail.last]) } };
  const { unknown, missing, last } = await compareCommands(reader, () => recordedIn(log, output.prefix), through);
  const [first] = unknown.first;
  if (first !== undefined) return aheadBy(first);
  const whole = { cluster: reader.cluster, records: last };
  if (missing.size === 0) return { status: 'kept', marks: whole };
  const positions = new Set([...missing.values()].map((one) => one.position));
  return { status: 'lost', reason: doubt, marks: whole, isChosen: (event) => positions.has(event.position) };
};

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
