import type { LogEvent } from '@tollgate/contracts';
import type { NewEvent, RecordedEvent, StreamAppend } from '@tollgate/event-store';

/** Events of another log that are written as one group. */
export type LogGroup = {
  /** Position of its first event in the other log. */
  first: bigint;
  count: number;
  recordedAt: string;
  appends: readonly StreamAppend<LogEvent>[];
};

const mostEvents = 1_000;

/**
 * Events as groups that keep the order: a group ends where the time changes, where a stream would come a second time after
 * another, and at a size.
 */
export async function* logGroupsOf(
  events: Iterable<RecordedEvent<LogEvent>> | AsyncIterable<RecordedEvent<LogEvent>>,
): AsyncGenerator<LogGroup> {
  let members: RecordedEvent<LogEvent>[] = [];
  let streams = new Set<string>();
  for await (const event of events) {
    const before = members.at(-1);
    if (before !== undefined && isOver(before, event, { streams, size: members.length })) {
      yield groupOf(members);
      members = [];
      streams = new Set();
    }
    members.push(event);
    streams.add(event.stream);
  }
  if (members.length > 0) yield groupOf(members);
}

const isOver = (
  before: RecordedEvent<LogEvent>,
  event: RecordedEvent<LogEvent>,
  { streams, size }: { streams: ReadonlySet<string>; size: number },
): boolean =>
  event.recordedAt !== before.recordedAt ||
  size >= mostEvents ||
  (event.stream !== before.stream && streams.has(event.stream));

const groupOf = (members: readonly RecordedEvent<LogEvent>[]): LogGroup => {
  const sources = new Map<string, object>();
  const appends: { stream: string; expectedRevision: number; events: NewEvent<LogEvent>[] }[] = [];
  for (const event of members) {
    const added = withSharedSource(event, sources);
    const last = appends.at(-1);
    if (last?.stream === event.stream) last.events.push(added);
    else appends.push({ stream: event.stream, expectedRevision: event.revision - 1, events: [added] });
  }
  const [first] = members;
  if (first === undefined) throw new Error('a group without an event');
  return { first: first.position, count: members.length, recordedAt: first.recordedAt, appends };
};

/** What came from the same source shares it as one object, which the log then keeps once a group. */
const withSharedSource = (event: RecordedEvent<LogEvent>, sources: Map<string, object>): NewEvent<LogEvent> => {
  const { eventId, type, data, metadata } = event;
  // Only the objects are others: the same type of event has the same metadata.
  if (!('source' in metadata)) return { eventId, type, data, metadata } as NewEvent<LogEvent>;
  const text = JSON.stringify(metadata.source);
  const source = sources.get(text) ?? metadata.source;
  sources.set(text, source);
  return { eventId, type, data, metadata: { ...metadata, source } } as NewEvent<LogEvent>;
};
