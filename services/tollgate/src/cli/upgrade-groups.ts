import { storedEvents } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventBody, NewEvent, RecordedEvent, StreamAppend } from '@tollgate/event-store';

/** Events that are written as one group. */
export type UpgradedGroup = {
  /** Position of its first event. */
  first: bigint;
  count: number;
  recordedAt: string;
  appends: readonly StreamAppend<LogEvent>[];
};

/** Old logs kept no version. */
const oldVersion = 0;

/** What an old event says, in the form events have now. */
export const bodyOf = ({ type, data, metadata }: EventBody): LogEvent =>
  storedEvents.decode({ type, version: oldVersion, data, metadata });

const mostEvents = 1_000;

/**
 * Old events as groups that keep the order: a group ends where the time changes, where a stream would come a second time after
 * another, and at a size.
 */
export function* groupsOf(events: Iterable<RecordedEvent<EventBody>>): Generator<UpgradedGroup> {
  let members: RecordedEvent<EventBody>[] = [];
  let streams = new Set<string>();
  for (const event of events) {
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
  before: RecordedEvent<EventBody>,
  event: RecordedEvent<EventBody>,
  { streams, size }: { streams: ReadonlySet<string>; size: number },
): boolean =>
  event.recordedAt !== before.recordedAt ||
  size >= mostEvents ||
  (event.stream !== before.stream && streams.has(event.stream));

const groupOf = (members: readonly RecordedEvent<EventBody>[]): UpgradedGroup => {
  const sources = new Map<string, { receivedAt: string }>();
  const appends: { stream: string; expectedRevision: number; events: NewEvent<LogEvent>[] }[] = [];
  for (const event of members) {
    const added = withSharedSource({ ...bodyOf(event), eventId: event.eventId }, sources);
    const last = appends.at(-1);
    if (last?.stream === event.stream) last.events.push(added);
    else appends.push({ stream: event.stream, expectedRevision: event.revision - 1, events: [added] });
  }
  const [first] = members;
  if (first === undefined) throw new Error('a group without an event');
  return { first: first.position, count: members.length, recordedAt: first.recordedAt, appends };
};

/** What was received in the same millisecond shares one source, which the log then keeps once a group. */
const withSharedSource = (
  event: NewEvent<LogEvent>,
  sources: Map<string, { receivedAt: string }>,
): NewEvent<LogEvent> => {
  if (!('source' in event.metadata)) return event;
  const { source } = event.metadata;
  const shared = sources.get(source.receivedAt) ?? source;
  sources.set(source.receivedAt, shared);
  // Only the object is another: the same type of event has the same metadata.
  return { ...event, metadata: { ...event.metadata, source: shared } } as NewEvent<LogEvent>;
};
