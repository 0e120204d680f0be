import type { EventBody } from './event-log';

/** An event as a log keeps it; `version` is of its type's shape. */
export type StoredEvent = { type: string; version: number; data: object; metadata: object };

/** The one place where stored events are decoded, and older shapes of them brought up to date. */
export type EventCodec<Body extends EventBody> = {
  /** The version written now. */
  versionOf(type: Body['type']): number;
  /** Throws, naming it, on a type or a version that is not known. */
  decode(stored: StoredEvent): Body;
};
