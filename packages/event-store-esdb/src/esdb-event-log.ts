import { LogDamaged, LogUnavailable, requireWellFormed } from '@tollgate/event-store';
import type {
  AppendResult,
  EventBatch,
  EventBody,
  EventCodec,
  EventLog,
  Position,
  RecordedEvent,
  StreamAppend,
  Subscription,
} from '@tollgate/event-store';
import type { AllStreamRecordedEvent } from '@eventstore/db-client';
import { appendToStream } from './append';
import type { EncodedAppend } from './append';
import { watchCuts } from './cut-watch';
import { followStore } from './follow';
import { openLedger } from './ledger';
import type { Ledger } from './ledger';
import { openStore } from './open-store';
import type { OpenStore, StoreOptions } from './open-store';
import { decodeEvent, encodeEvent } from './store-event';
import type { StoreNames } from './store-names';
import { patiently } from './time-limit';

export type EsdbEventLogOptions<Body extends EventBody> = StoreOptions & {
  codec: EventCodec<Body>;
  /** The ledger it must be, and is named where it is new. */
  ledger?: string | undefined;
  /** It is not named where there is none. */
  mustExist?: boolean;
  /** Asked of each event before it is decoded: whether it is left out as if it were not there, because it is somebody else’s. */
  isLeftOut?: ((event: StoredPlace) => boolean) | undefined;
};

/** An event in the store, whoever wrote it. */
export type StoredPlace = { position: Position; stream: string; revision: number; type: string; eventId: string };

export type EsdbEventLog<Body extends EventBody> = EventLog<Body> &
  Ledger & {
    /** Streams whose history somebody has cut in the store, and by what: nothing may rest on them any more. */
    cutStreams(): string[];
    /** For a process that must stop while the store does not answer: whoever waits for it is told `LogUnavailable`. */
    giveUp(): void;
  };

const usualBatchEvents = 1_000;

/**
 * The event log in EventStoreDB 23.10 or later. Throws where the connection string is wrong, `LogUnavailable` where the store cannot be
 * reached, `ForeignLedger` where the streams are another's, `UnfinishedCopy`, and `NoLedger` where one must exist.
 */
export const openEsdbEventLog = async <Body extends EventBody>(
  options: EsdbEventLogOptions<Body>,
): Promise<EsdbEventLog<Body>> => {
  const { first: ledger, ...opened } = await openStore(options, ({ store, names }) =>
    openLedger(store, names.ledger, options),
  );
  return createEsdbEventLog(opened, ledger, options);
};

/** Over a store that is open, which it closes. */
export const createEsdbEventLog = <Body extends EventBody>(
  { store, names, timing }: OpenStore,
  ledger: Ledger,
  { codec, isLeftOut }: Pick<EsdbEventLogOptions<Body>, 'codec' | 'isLeftOut'>,
): EsdbEventLog<Body> => {
  const cuts = watchCuts({ store, names, timing });
  const underWay = new Set<Promise<AppendResult[]>>();
  const closing = new AbortController();

  const read = async <Result>(attempt: () => Promise<Result>): Promise<Result> => {
    assertOpen(closing.signal);
    return patiently(timing.patienceMs, attempt);
  };
  const { eventOf, eventsOf } = createDecoder({ codec, isLeftOut }, names);

  async function* subscribe({ after, prefixes, maxEvents = usualBatchEvents, signal: stopping }: Subscription) {
    const signal = AbortSignal.any([stopping, closing.signal]);
    const selection = { after, maxEvents, prefixes: prefixes.map(names.of), signal };
    for await (const batch of followStore({ store, timing }, selection)) {
      const given: EventBatch<Body> = { ...batch, events: eventsOf(batch.events) };
      yield given;
    }
  }
  const encoded = ({ stream, expectedRevision, events }: StreamAppend<Body>): EncodedAppend => ({
    stream: names.of(stream),
    expectedRevision,
    events: events.map((event) => encodeEvent(codec, event, undefined)),
  });
  return {
    ...ledger,
    cutStreams: cuts.cut,
    append: async (appends) => {
      assertOpen(closing.signal);
      requireWellFormed(appends);
      const whole = appends.map(encoded);
      const appended = Promise.all(whole.map((one) => appendToStream({ store, timing }, one)));
      underWay.add(appended);
      return appended.finally(() => underWay.delete(appended));
    },
    read: async (position) => {
      const event = await read(() => store.read(position));
      return event && eventOf(event);
    },
    readStream: async (stream, { from = 0, limit }) => {
      const events = await read(() => store.readStream(names.of(stream), { from, limit }));
      return events === undefined ? [] : eventsOf(whole(events, stream, from));
    },
    lastPosition: () => read(store.last),
    subscribe,
    /** Whatever the leader answers: a store that has none takes nothing. */
    probe: async () => {
      await read(store.last);
    },
    giveUp: store.giveUp,
    close: async () => {
      closing.abort();
      await Promise.allSettled(underWay);
      store.giveUp();
      await cuts.stop();
      await store.close();
    },
  };
};

const createDecoder = <Body extends EventBody>(
  { codec, isLeftOut }: Pick<EsdbEventLogOptions<Body>, 'codec' | 'isLeftOut'>,
  names: StoreNames,
) => {
  /** Absent for what is of another log, names this one, or is passed over. */
  const eventOf = (event: AllStreamRecordedEvent): RecordedEvent<Body> | undefined => {
    const stream = names.streamOf(event.streamId);
    if (stream === undefined || isLeftOut?.(placeOf(event, stream)) === true) return undefined;
    return decodeEvent(codec, event, stream);
  };
  const eventsOf = (events: readonly AllStreamRecordedEvent[]): RecordedEvent<Body>[] =>
    events.flatMap((event) => eventOf(event) ?? []);
  return { eventOf, eventsOf };
};

const placeOf = ({ id, type, revision, position }: AllStreamRecordedEvent, stream: string): StoredPlace => ({
  ...{ position: position.commit, stream, revision: Number(revision), type, eventId: id },
});

const assertOpen = ({ aborted }: AbortSignal): void => {
  if (aborted) throw new LogUnavailable('the log is closed');
};

/** A stream that exists has its first event and every one after it, unless somebody has cut it. */
const whole = (events: AllStreamRecordedEvent[], stream: string, from: number): AllStreamRecordedEvent[] => {
  if ((from === 0 && events.length === 0) || events.some(({ revision }, index) => revision !== BigInt(from + index)))
    throw new LogDamaged(
      `the history of ${stream} is cut in the store: events from revision ${String(from)} on are gone`,
    );
  return events;
};
