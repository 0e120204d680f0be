/** A place in the whole log. Ordered and opaque: compare it, store it, hand it back; never count with it. */
export type Position = bigint;

/**
 * What an event says. `type` selects the shape of `data` and `metadata`, all of them JSON. `metadata.source` is what many events
 * of one append may have in common, as one object: an adapter may store it once for all of them. `unread`: where `data` has not been
 * read yet and would be when asked for, it is this JSON in ASCII, without its braces.
 */
export type EventBody = {
  type: string;
  readonly data: object;
  metadata: object & { source?: object | undefined };
  readonly unread?: { readonly text: string; readonly data: object } | undefined;
};

/** `eventId` is a UUID in lower case. Its `data` are an object of at most `mostEventBytes` as JSON. */
export type NewEvent<Body extends EventBody> = Body & { eventId: string };

/** Every log takes an event of this size; one that is larger it may refuse, with an error that is not retriable. */
export const mostEventBytes = 1_000_000;

/** An event in its place. `revision` counts a stream from 0; `recordedAt` is RFC 3339 UTC. */
export type RecordedEvent<Body extends EventBody> = NewEvent<Body> & {
  stream: string;
  revision: number;
  position: Position;
  recordedAt: string;
};

/** The revision of a stream that has no event yet. */
export const noStream = -1;

export type StreamAppend<Body extends EventBody> = {
  stream: string;
  /** Revision of the last event the writer has seen of this stream, `noStream` if it has seen none. */
  expectedRevision: number;
  events: readonly NewEvent<Body>[];
};

/**
 * What became of the events for one stream: recorded, each at its position; not recorded, because the stream has moved on to
 * `currentRevision` at least; or not known, until the stream is read again. What was answered can be read from then on.
 */
export type AppendResult =
  | { status: 'recorded'; positions: readonly Position[] }
  | { status: 'conflict'; currentRevision: number }
  | { status: 'unknown'; error: LogUnavailable };

/**
 * Events in log order. `position` is how far the log has been read, events of other prefixes included: what a consumer
 * stores once it has applied the batch. `isCaughtUp` when nothing more was in the log at that moment.
 */
export type EventBatch<Body extends EventBody> = {
  events: readonly RecordedEvent<Body>[];
  position: Position;
  isCaughtUp: boolean;
};

export type Subscription = {
  /** The stored position of the last batch applied; absent: from the first event. */
  after?: Position | undefined;
  /** Only streams whose name begins with one of these. */
  prefixes: readonly string[];
  maxEvents?: number;
  /** Ends the subscription; iteration then finishes without an error. */
  signal: AbortSignal;
};

/** The truth: an append-only log of many streams. Its rules are `eventLogContract`, which every adapter runs. */
export type EventLog<Body extends EventBody> = {
  /**
   * Appends to several streams; each stream wholly or not at all, whatever becomes of the others. One append names a
   * stream once, and gives each at least one event. Results come in the order of `appends`, after everything is durable.
   * Where ids stand already, what stands there stays: the same append again is a conflict or answers the first positions, and
   * other content under the same ids is a conflict. Of more than `mostEventBytes` for one stream a part may be recorded before a
   * conflict or an unknown outcome, in order.
   * Throws `LogUnavailable` when it was refused before it began: then nothing of it is recorded.
   */
  append(appends: readonly StreamAppend<Body>[]): Promise<AppendResult[]>;
  /** The event at a position that the log gave before; absent if there is none. */
  read(position: Position): Promise<RecordedEvent<Body> | undefined>;
  /** Events of one stream from revision `from` (0 unless given), oldest first, at most `limit`. None if there is no such stream. */
  readStream(stream: string, options: { from?: number; limit: number }): Promise<RecordedEvent<Body>[]>;
  /** Where the log ends: no event is after it, and no position that was given. May be absent while the log has no event. */
  lastPosition(): Promise<Position | undefined>;
  /**
   * Catches up, then goes on live; a batch when there is news, at once an empty caught-up batch when there is none.
   * Throws `SubscriptionDropped` if it breaks off: subscribe again after the last batch applied.
   */
  subscribe(subscription: Subscription): AsyncIterable<EventBatch<Body>>;
  /** Rejects while appends would fail, as far as that can be told without recording anything. */
  probe(): Promise<void>;
  /** Waits for appends under way, then releases the log. */
  close(): Promise<void>;
};

/** The log cannot be written or read now. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable';
  readonly retriable = true;
}

/** A subscription broke off; events after the last batch are still in the log. */
export class SubscriptionDropped extends Error {
  override readonly name = 'SubscriptionDropped';
  readonly retriable = true;
}

/** An event is of a type or version that this Tollgate does not know, at the place that is named: a newer one wrote it. */
export class LogUnreadable extends Error {
  override readonly name = 'LogUnreadable';
  readonly retriable = false;
}

/** What was read is not what was written: stop and restore, nothing may be derived from it. */
export class LogDamaged extends Error {
  override readonly name = 'LogDamaged';
  readonly retriable = false;
  /** From where on events may be gone or not what was written; absent where that is not known. */
  readonly position: Position | undefined;

  constructor(message: string, { position, ...options }: ErrorOptions & { position?: Position } = {}) {
    super(message, options);
    this.position = position;
  }
}
