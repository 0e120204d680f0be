import { setMaxListeners } from 'node:events';
import { BACKWARDS, END, FORWARDS, START, streamNameFilter } from '@eventstore/db-client';
import type {
  AllStreamRecordedEvent,
  AllStreamResolvedEvent,
  BaseOptions,
  EventStoreDBClient,
  ResolvedEvent,
  StreamingRead,
} from '@eventstore/db-client';
import { LogDamaged } from '@tollgate/event-store';
import type { Position } from '@tollgate/event-store';
import type { Connected, Connection } from './connection';
import { failureOf } from './failure';
import { openFeed } from './feed';
import type { Feed } from './feed';
import type { EncodedEvent } from './store-event';
import { createTurns } from './in-turn';
import { TimeLimit, unlessAborted, withinMs } from './time-limit';
import type { Timing } from './time-limit';

/** The calls of the client that a log needs, each with a limit in time. Streams are called as in the store. */
export type Store = {
  /** Resolves with the revision of the last event. Of one stream, one after another. */
  append(stream: string, events: readonly EncodedEvent[], expected: bigint | 'no_stream'): Promise<bigint>;
  /** Absent where there is no such stream. */
  readStream(stream: string, options: { from: number; limit: number }): Promise<AllStreamRecordedEvent[] | undefined>;
  /** Whatever stands at a position of $all; absent if it is none. */
  read(position: Position): Promise<AllStreamRecordedEvent | undefined>;
  /** The last event of $all. */
  last(): Promise<Position | undefined>;
  /** What cuts the history of a stream, by its names in the store's metadata. */
  cutsOf(stream: string): Promise<string[]>;
  feed(options: { after: Position | undefined; prefixes: readonly string[]; most: number }): Feed;
  /** Calls under way reject with `LogUnavailable`, and so do all after them. */
  giveUp(): void;
  close(): Promise<void>;
};

/** More at once are not faster, says the store's own client. */
const appendsAtOnce = 32;

/** Own limits come after the client's, and end what it would wait for without one. */
const marginMs = 500;

export const createStore = (connection: Connection, { callMs }: Pick<Timing, 'callMs'>): Store => {
  const turns = createTurns(appendsAtOnce);
  const givingUp = new AbortController();
  // Every call under way listens.
  setMaxListeners(0, givingUp.signal);

  const call = async <Result>(run: (connected: Connected) => Promise<Result>): Promise<Result> => {
    const connected = connection.current();
    try {
      return await unlessAborted(givingUp.signal, () => run(connected));
    } catch (error) {
      if (error instanceof TimeLimit) connection.giveUp(connected);
      throw error;
    }
  };
  type Read = (client: EventStoreDBClient, options: BaseOptions) => StreamingRead<AnyResolved>;
  /** From the leader, for a follower may not have yet what was acknowledged. */
  const read = (start: Read): Promise<AllStreamRecordedEvent[]> =>
    call(({ client, credentials }) => collect(start(client, { credentials, requiresLeader: true }), callMs));

  const readAll = async (fromPosition: Position | typeof END, direction: typeof FORWARDS | typeof BACKWARDS) => {
    const from = fromPosition === END ? END : { commit: fromPosition, prepare: fromPosition };
    const [event] = await read((client, options) =>
      client.readAll({ ...options, fromPosition: from, direction, maxCount: 1 }),
    );
    return event;
  };
  return {
    append: (stream, events, expectedRevision) =>
      turns.run(stream, () =>
        call(async ({ client, credentials }) => {
          const data = events.map(({ event }) => event);
          const options = { expectedRevision, credentials, deadline: callMs };
          const appended = client.appendToStream(stream, data, options);
          return (await withinMs(appended, callMs + marginMs)).nextExpectedRevision;
        }),
      ),
    readStream: (stream, { from, limit }) =>
      read((client, options) =>
        client.readStream(stream, { ...options, fromRevision: BigInt(from), maxCount: limit }),
      ).catch(nothingIf('absent')),
    read: async (position) => {
      const event = await readAll(position, FORWARDS).catch(nothingIf('no such position'));
      return event?.position.commit === position ? event : undefined;
    },
    last: async () => (await readAll(END, BACKWARDS))?.position.commit,
    cutsOf: (stream) =>
      call(async ({ client, credentials }) => {
        const asked = client.getStreamMetadata(stream, { credentials, requiresLeader: true });
        const { metadata = {} } = await withinMs(asked, callMs);
        return (['truncateBefore', 'maxCount', 'maxAge'] as const).filter((name) => (metadata[name] ?? 0) !== 0);
      }),
    feed: (options) => feedOver(connection, options),
    giveUp: () => {
      givingUp.abort();
    },
    close: connection.close,
  };
};

const feedOver = (connection: Connection, { after, prefixes, most }: Parameters<Store['feed']>[0]): Feed => {
  const connected = connection.current();
  const { client, credentials } = connected;
  return openFeed({
    most,
    isCurrent: () => connection.current() === connected,
    subscribe: (checkpointReached) =>
      client.subscribeToAll({
        credentials,
        fromPosition: after === undefined ? START : { commit: after, prepare: after },
        filter: streamNameFilter({ prefixes: [...prefixes], checkpointReached }),
      }),
  });
};

type AnyResolved = AllStreamResolvedEvent | ResolvedEvent;

/** All events of a read. The client emits errors whenever they come, also when nobody listens any more: then they end the process. */
const collect = async (events: StreamingRead<AnyResolved>, silenceMs: number): Promise<AllStreamRecordedEvent[]> => {
  const collected: AnyResolved[] = [];
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => {
        reject(new TimeLimit(`nothing was read within ${String(silenceMs)} ms`));
        events.cancel().catch(() => undefined);
      }, silenceMs);
      events.on('error', reject);
      events.on('data', (event: AnyResolved) => {
        collected.push(event);
        timer?.refresh();
      });
      events.on('end', resolve);
    });
  } finally {
    clearTimeout(timer);
  }
  return collected.flatMap(({ event }) => (event === undefined ? [] : positioned(event)));
};

/** Servers from 22.6 on tell the position of each event. */
const positioned = (event: NonNullable<AnyResolved['event']>): AllStreamRecordedEvent => {
  const { position } = event;
  if (position === undefined) throw new LogDamaged('the event store tells no positions: it is older than 22.6');
  return { ...event, position };
};

const nothingIf =
  (failure: ReturnType<typeof failureOf>) =>
  (error: unknown): undefined => {
    if (failureOf(error) !== failure) throw error;
  };
