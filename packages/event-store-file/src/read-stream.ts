import { LogDamaged } from '@tollgate/event-store';
import type { EventBody, LogIndex, RecordedEvent, StreamHead } from '@tollgate/event-store';
import type { GroupReader } from './group-reader';

type Wanted = { stream: string; from: number; limit: number };

const eventsATurn = 128;

/** From the known event that is nearest to the last one wanted, back to the first: each event names the one before it. */
export const readStream = async <Body extends EventBody>(
  { index, reader, turn }: { index: LogIndex<Body>; reader: GroupReader<Body>; turn(): Promise<void> },
  { stream, from, limit }: Wanted,
): Promise<RecordedEvent<Body>[]> => {
  const head = index.head(stream);
  const end = Math.min(head?.revision ?? -1, from + limit - 1);
  if (end < from) return [];
  const events: RecordedEvent<Body>[] = [];
  let at = index.near(stream, end);
  for (let steps = 1; at !== undefined && at.revision >= from; steps += 1) {
    const { event, before } = await readAt(reader, stream, { at, isWanted: at.revision <= end });
    if (event !== undefined) events.push(event);
    at = before;
    if (steps % eventsATurn === 0) await turn();
  }
  if (events.length !== end - from + 1)
    throw new LogDamaged(`the index knows ${stream} up to ${String(end)}, but its events do not lead back from there`);
  return events.reverse();
};

const readAt = async <Body extends EventBody>(
  reader: GroupReader<Body>,
  stream: string,
  { at: { place, revision }, isWanted }: { at: StreamHead; isWanted: boolean },
): Promise<{ event: RecordedEvent<Body> | undefined; before: StreamHead | undefined }> => {
  const group = await reader.groupOf(place);
  const index = place - (group?.place(0) ?? 0);
  const event = isWanted ? group?.event(index) : undefined;
  if (group?.revision(index) !== revision || (event !== undefined && event.stream !== stream))
    throw new LogDamaged(`position ${String(place)} is not revision ${String(revision)} of ${stream}`);
  const before = group.before(index);
  return { event, before: before === 0 ? undefined : { place: before, revision: revision - 1 } };
};
