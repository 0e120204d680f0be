import type { LogEvent } from './log-event';

type EventType = LogEvent['type'];
type Body = { data: object; metadata: object };

/** An event as a log keeps it; `version` is that of the shape of its data and metadata. */
type StoredEvent = Body & { type: string; version: number };

/** The log holds what this Tollgate cannot read. */
export class UnknownEvent extends Error {
  override readonly name = 'UnknownEvent';
  readonly retriable = false;

  constructor(named: string) {
    super(
      `the log holds ${named}, which this version of Tollgate does not know: a newer one wrote it; start that one, or a newer one, on this log`,
    );
  }
}

/** Makes of a body of one version that of the next. */
type Upcast = (body: Body) => Body;

const asItIs: Upcast = (body) => body;

/** Version 0, of the logs that kept no version, had the time of receipt where the source stands now. */
const withSource: Upcast = ({ data, metadata }) => {
  const { receivedAt, ...rest } = metadata as { receivedAt: string };
  return { data, metadata: { source: { receivedAt }, ...rest } };
};

/**
 * Every type of event. `code` stands in binary headers and is never changed or given again; `upcasts[n]` makes version n + 1 of
 * version n, so that the current version is their number.
 */
const types: Record<EventType, { code: number; upcasts: readonly Upcast[] }> = {
  AccountOpened: { code: 1, upcasts: [withSource] },
  CutoffChanged: { code: 2, upcasts: [withSource] },
  PaymentRecorded: { code: 3, upcasts: [withSource] },
  UsageCharged: { code: 4, upcasts: [withSource] },
  BalanceAdjusted: { code: 5, upcasts: [withSource] },
  EntryReversed: { code: 6, upcasts: [withSource] },
  TrafficBlocked: { code: 7, upcasts: [asItIs] },
  TrafficUnblocked: { code: 8, upcasts: [asItIs] },
  MessageRejected: { code: 9, upcasts: [asItIs] },
  InputLost: { code: 10, upcasts: [asItIs] },
  ReservationPlaced: { code: 11, upcasts: [asItIs] },
  ReservationExtended: { code: 12, upcasts: [asItIs] },
  ReservationReleased: { code: 13, upcasts: [asItIs] },
  ReservationExpired: { code: 14, upcasts: [asItIs] },
  CommandAcknowledged: { code: 15, upcasts: [asItIs] },
  SigningKeyChanged: { code: 20, upcasts: [asItIs] },
  StatementClosed: { code: 21, upcasts: [asItIs] },
};

const isKnown = (type: string): type is EventType => Object.hasOwn(types, type);
const typesByCode = new Map(Object.entries(types).map(([type, { code }]) => [code, type]));

/** The one place where stored events become events of today. What it does not know throws `UnknownEvent`. */
export const storedEvents = {
  /** The version in which events of a type are written now. */
  versionOf: (type: EventType): number => types[type].upcasts.length,
  /** Whether an event is stored as it would be now: its data and metadata are those of today. */
  isCurrent: ({ type, version }: { type: string; version: number }): boolean =>
    isKnown(type) && types[type].upcasts.length === version,
  codeOf: (type: EventType): number => types[type].code,
  typeOf: (code: number): EventType => {
    const type = typesByCode.get(code);
    if (type === undefined || !isKnown(type)) throw new UnknownEvent(`an event of type code ${String(code)}`);
    return type;
  },
  decode: ({ type, version, data, metadata }: StoredEvent): LogEvent => {
    if (!isKnown(type)) throw new UnknownEvent(`an event of type ${type}`);
    const { upcasts } = types[type];
    if (!Number.isInteger(version) || version < 0 || version > upcasts.length)
      throw new UnknownEvent(`an event of type ${type} in version ${String(version)}`);
    let body: Body = { data, metadata };
    for (let at = version; at < upcasts.length; at += 1) body = upcasts[at]?.(body) ?? body;
    // What was written was checked before: a type and a version say what its shape is.
    return { type, data: body.data, metadata: body.metadata } as LogEvent;
  },
};
