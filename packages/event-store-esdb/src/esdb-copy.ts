import type { EventBody, EventCodec, RecordedEvent } from '@tollgate/event-store';
import { partsOf } from './append';
import { createEsdbEventLog } from './esdb-event-log';
import type { EsdbEventLog } from './esdb-event-log';
import { failureOf } from './failure';
import { ledgerEvent } from './ledger';
import { openCopiedLedger } from './ledger-copy';
import { openStore } from './open-store';
import type { StoreOptions } from './open-store';
import { encodeEvent } from './store-event';
import type { EncodedEvent } from './store-event';
import { storeRevision } from './store-names';
import { patiently } from './time-limit';

export type EsdbCopyOptions<Body extends EventBody> = StoreOptions & {
  codec: EventCodec<Body>;
  /** The ledger whose log is copied. */
  ledger: string;
};

/** A log in a store that is filled from another one, event by event in the order of that. */
export type EsdbCopy<Body extends EventBody> = Pick<
  EsdbEventLog<Body>,
  'ledger' | 'subscribe' | 'lastPosition' | 'close'
> & {
  /** Nothing is served from the log until `end`. */
  begin(): Promise<void>;
  /**
   * Events of one stream in a row, with the ids, revisions and times that they have. They are durable when it resolves, and come after
   * all others; they are not read back. Throws `LogUnavailable`, after which the same may be appended again, and where another writes too.
   */
  append(events: readonly RecordedEvent<Body>[]): Promise<void>;
  /** All of the other log was found in this one. */
  end(found: { events: number; digest: string }): Promise<void>;
};

/**
 * Opens a copy of a ledger's log, or begins one where nothing stands under the prefix; its seed is its own. Throws `ForeignLedger` where
 * something else does, `LogUnavailable` where the store cannot be reached.
 */
export const openEsdbCopy = async <Body extends EventBody>(options: EsdbCopyOptions<Body>): Promise<EsdbCopy<Body>> => {
  const { codec } = options;
  const { first, ...opened } = await openStore(options, (store) => openCopiedLedger(store, options.ledger));
  const { store, names, timing } = opened;
  let known = first;
  const { ledger, subscribe, lastPosition, close } = createEsdbEventLog(opened, known, options);
  const append = async (stream: string, events: readonly EncodedEvent[], revision: bigint | 'no_stream') => {
    try {
      return await patiently(timing.patienceMs, () => store.append(stream, events, revision));
    } catch (error) {
      // What is appended follows what was read there before.
      throw failureOf(error) === 'conflict'
        ? new Error(`somebody else writes to ${stream}, which is being copied`)
        : error;
    }
  };
  const mark = async (isUnfinished: boolean, data: Record<string, unknown>): Promise<void> => {
    if (known.isUnfinished === isUnfinished) return;
    const event = ledgerEvent(isUnfinished ? 'CopyBegun' : 'CopyEnded', data);
    known = { ...known, isUnfinished, revision: await append(names.ledger, [event], known.revision) };
  };
  return {
    ...{ ledger, subscribe, lastPosition, close },
    begin: () => mark(true, {}),
    append: async (events) => {
      const [first] = events;
      if (first === undefined) return;
      let revision = first.revision - 1;
      for (const part of partsOf(events.map((event) => encodeEvent(codec, event, event.recordedAt)))) {
        await append(names.of(first.stream), part, storeRevision(revision));
        revision += part.length;
      }
    },
    end: (found) => mark(false, found),
  };
};
