import type { AllStreamRecordedEvent, JSONEventData, JSONEventType } from '@eventstore/db-client';
import { LogDamaged, LogUnreadable, mostEventBytes } from '@tollgate/event-store';
import type { EventBody, EventCodec, NewEvent, RecordedEvent, StoredEvent } from '@tollgate/event-store';

/** The metadata of an event in the store: those of the event, the version of their shape, and its time where that is older. */
type Envelope = { version: number; metadata: object; recordedAt?: string };

type StoreEventData = JSONEventData<JSONEventType<string, Record<string, unknown>, Envelope>>;

/** An event ready to be appended, with the size of its data, which is what the store limits. */
export type EncodedEvent = { event: StoreEventData; sizeBytes: number };

const idPattern = /^(?!0{8}-0{4}-0{4}-0{4}-0{12}$)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The event as the store takes it. Throws on what the client would choke on, after the call and for good: what is no JSON, ids that
 * are none, no type. `recordedAt` only of an event that was recorded elsewhere before.
 */
export const encodeEvent = <Body extends EventBody>(
  codec: EventCodec<Body>,
  { type, data, metadata, eventId }: NewEvent<Body>,
  recordedAt: string | undefined,
): EncodedEvent => {
  if (!idPattern.test(eventId)) throw new Error(`the id of an event must be a UUID in lower case, not "${eventId}"`);
  if (type === '') throw new Error(`event ${eventId} has no type`);
  const envelope: Envelope = { version: codec.versionOf(type), metadata, ...(recordedAt && { recordedAt }) };
  JSON.stringify(envelope);
  const sizeBytes = Buffer.byteLength(JSON.stringify(data));
  if (sizeBytes > mostEventBytes)
    throw new RangeError(
      `event ${eventId} has ${String(sizeBytes)} bytes of data, more than ${String(mostEventBytes)}`,
    );
  return {
    event: { id: eventId, contentType: 'application/json', type, data: { ...data }, metadata: envelope },
    sizeBytes,
  };
};

/**
 * The event of the log that stands in the store. Throws `LogDamaged` where it was not written by Tollgate, and `LogUnreadable` where
 * its type or version is not known.
 */
export const decodeEvent = <Body extends EventBody>(
  codec: EventCodec<Body>,
  event: AllStreamRecordedEvent,
  stream: string,
): RecordedEvent<Body> => {
  const { type, created, position } = event;
  const revision = Number(event.revision);
  if (type === '$streamDeleted') throw new LogDamaged(`stream ${stream} was deleted for good in the store`);
  const content = contentOf(event);
  const place = `the event at position ${String(position.commit)}, ${type}, revision ${String(revision)} of ${stream}`;
  if (content === undefined)
    throw new LogDamaged(`${place}, was not written by Tollgate: someone else writes to its streams`);
  const { recordedAt = created.toISOString() } = event.metadata as { recordedAt?: string };
  return {
    ...decoded(codec, content, place),
    ...{ eventId: event.id, stream, revision, position: position.commit, recordedAt },
  };
};

const decoded = <Body extends EventBody>(codec: EventCodec<Body>, content: StoredEvent, place: string): Body => {
  try {
    return codec.decode(content);
  } catch (error) {
    throw new LogUnreadable(`${place}: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** What an event says, wherever and whenever it was recorded; absent where Tollgate did not write it. */
export const contentOf = ({
  isJson,
  type,
  data,
  metadata: envelope,
}: AllStreamRecordedEvent): StoredEvent | undefined => {
  if (!isJson || !isObject(data) || !isEnvelope(envelope)) return undefined;
  return { type, data, version: envelope.version, metadata: envelope.metadata };
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isEnvelope = (value: unknown): value is Envelope =>
  isObject(value) &&
  'version' in value &&
  Number.isInteger(value.version) &&
  'metadata' in value &&
  isObject(value.metadata) &&
  (!('recordedAt' in value) || typeof value.recordedAt === 'string');
