import { LogUnavailable, noStream } from '../event-log';
import type { AppendResult, EventBatch, EventBody, EventLog, RecordedEvent, StreamAppend } from '../event-log';
import { requireWellFormed } from '../well-formed';

/** A log in memory, for unit tests and simulations; it keeps the contract, except that nothing outlives the process. */
export type MemoryEventLog<Body extends EventBody> = EventLog<Body> & {
  /** Everything recorded, in log order. */
  events(): readonly RecordedEvent<Body>[];
};

const defaultBatchEvents = 1_000;

type Append<Body extends EventBody> = (append: StreamAppend<Body>) => AppendResult;

const appendTo = <Body extends EventBody>(events: RecordedEvent<Body>[], clock: () => Date): Append<Body> => {
  const heads = new Map(events.map(({ stream, revision }) => [stream, revision]));
  return ({ stream, expectedRevision, events: added }) => {
    const currentRevision = heads.get(stream) ?? noStream;
    if (currentRevision !== expectedRevision) return { status: 'conflict', currentRevision };
    const positions = added.map((event, index) => {
      const position = BigInt(events.length + 1);
      const revision = currentRevision + 1 + index;
      events.push({ ...event, stream, revision, position, recordedAt: clock().toISOString() });
      return position;
    });
    heads.set(stream, currentRevision + added.length);
    return { status: 'recorded', positions };
  };
};

/** What a log that is written down would give back; throws on what is no JSON. */
const writtenDown = <Body extends EventBody>(appends: readonly StreamAppend<Body>[]): StreamAppend<Body>[] =>
  JSON.parse(
    JSON.stringify(appends.map(({ stream, expectedRevision, events }) => ({ stream, expectedRevision, events }))),
  ) as StreamAppend<Body>[];

/** `turn` is awaited wherever a real log would wait for a disk or a network. */
export const createMemoryEventLog = <Body extends EventBody>(
  options: { clock?: () => Date; turn?: () => Promise<void>; recorded?: readonly RecordedEvent<Body>[] } = {},
): MemoryEventLog<Body> => {
  const { clock = () => new Date(0), turn = () => Promise.resolve(), recorded = [] } = options;
  const events: RecordedEvent<Body>[] = [...recorded];
  const waiting = new Set<() => void>();
  let isClosed = false;

  const announce = (): void => {
    for (const wake of waiting) wake();
  };

  const appendOne = appendTo(events, clock);
  const assertOpen = (): void => {
    if (isClosed) throw new LogUnavailable('the log is closed');
  };
  return {
    events: () => events,
    append: async (appends) => {
      await turn();
      assertOpen();
      requireWellFormed(appends);
      const results = writtenDown(appends).map(appendOne);
      announce();
      await turn();
      return results;
    },
    read: async (position) => {
      await turn();
      assertOpen();
      return events[Number(position) - 1];
    },
    readStream: async (stream, { from = 0, limit }) => {
      await turn();
      assertOpen();
      return events.filter((event) => event.stream === stream && event.revision >= from).slice(0, limit);
    },
    lastPosition: async () => {
      await turn();
      return events.at(-1)?.position;
    },
    probe: async () => {
      await turn();
      assertOpen();
    },
    async *subscribe({
      after = 0n,
      prefixes,
      maxEvents = defaultBatchEvents,
      signal,
    }): AsyncGenerator<EventBatch<Body>> {
      let position = Number(after);
      let isTold = false;
      while (!signal.aborted && !isClosed) {
        await turn();
        if (position < events.length || !isTold) {
          const read = events.slice(position, position + maxEvents);
          position += read.length;
          isTold = position >= events.length;
          yield { events: selectedOf(read, prefixes), position: BigInt(position), isCaughtUp: isTold };
        } else await nextNews(waiting, signal);
      }
    },
    close: async () => {
      await turn();
      isClosed = true;
      announce();
    },
  };
};

const selectedOf = <Event extends { stream: string }>(events: readonly Event[], prefixes: readonly string[]): Event[] =>
  events.filter(({ stream }) => prefixes.some((prefix) => stream.startsWith(prefix)));

const nextNews = (waiting: Set<() => void>, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const wake = (): void => {
      waiting.delete(wake);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    waiting.add(wake);
    signal.addEventListener('abort', wake);
  });
