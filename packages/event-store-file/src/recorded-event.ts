import type { EventBody, Position, RecordedEvent } from '@tollgate/event-store';

type WhereRecorded = { stream: string; revision: number; position: Position; recordedAt: string };

/** Written out, since V8 takes more time to spread these few fields than to parse the event. */
export const recordedEvent = <Body extends EventBody>(
  { type, data, metadata }: Body,
  eventId: string,
  { stream, revision, position, recordedAt }: WhereRecorded,
): RecordedEvent<Body> =>
  ({ eventId, type, data, metadata, stream, revision, position, recordedAt }) as RecordedEvent<Body>;
