import { LogUnavailable, requireWellFormed } from '@tollgate/event-store';
import type {
  AppendResult,
  EventBody,
  EventCodec,
  EventLog,
  LogIndex,
  Place,
  RecordedGroup,
} from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { openAcknowledged } from './acknowledged';
import type { AcknowledgedNote } from './acknowledged';
import { asPlanned, createAppendQueue } from './append-queue';
import type { GroupIo } from './append-queue';
import { createBatchReader } from './batch-reader';
import { createNews, follow } from './follow';
import type { News } from './follow';
import { createGroupEncoder } from './group-encoder';
import { createEventReader } from './event-reader';
import { createGroupReader } from './group-reader';
import type { Readable } from './group-reader';
import { IndexFailed, LogStuck, refusalOf } from './log-stuck';
import { createLogWriter } from './log-writer';
import type { LogWriter } from './log-writer';
import { bringUp } from './open-log';
import { createPlan } from './plan';
import { readStream } from './read-stream';

import { openSegments } from './segments';
import { classOf } from './stream-classes';

export type FileEventLogOptions<Body extends EventBody> = {
  /** Of the log alone. One process at a time: see `lockFolder`. */
  folder: Folder;
  /** Folded in step with the log; an event is answered and followed only after it is in it. */
  index: LogIndex<Body>;
  codec: EventCodec<Body>;
  clock?: () => Date;
  /** A segment that has reached this is the last but one. */
  segmentBytes?: number;
  /** How streams begin that are followed apart from others, at most 255. */
  streamClasses: readonly string[];
  onWarning?: (message: string, facts: object) => void;
  onReplay?: (place: Place, last: Place) => void;
  /** Lets others have their turn. */
  turn?: () => Promise<void>;
  /** Random unless given, where the log is new. */
  ledger?: string;
  seed?: Uint8Array;
};

export type FileEventLog<Body extends EventBody> = EventLog<Body> & {
  readonly ledger: string;
  readonly seed: Uint8Array;
  sizeBytes(): number;
  /** Resolves when the log is closed; rejects when it can never go on in this process. */
  readonly done: Promise<void>;
};

/** What the parts of an open log share. */
type State = { isClosed: boolean; stuck: Error | undefined; end(error?: Error): void };

/** The event log in the files of one folder. Throws `LogDamaged` if it cannot be opened safely. */
export const openFileEventLog = async <Body extends EventBody>(
  options: FileEventLogOptions<Body>,
): Promise<FileEventLog<Body>> => {
  const { folder, index, codec, streamClasses, onWarning = () => undefined, onReplay } = options;
  const { turn = () => new Promise<void>((resolve) => setImmediate(resolve)) } = options;
  const segments = await openSegments(folder, { classes: streamClasses, ledger: options.ledger, seed: options.seed });
  const log: Readable<Body> = { segments, path: folder.path, codec, turn };
  const acknowledged = await openAcknowledged(folder);
  try {
    await bringUp(log, { folder, index, acknowledged, onWarning, onReplay, classes: streamClasses });
  } catch (error) {
    acknowledged.close();
    segments.close();
    throw error;
  }
  const news = createNews();
  const { state, done } = createState(news);
  const writer = createLogWriter(folder, segments, options.segmentBytes ?? 128 << 20);
  const queue = createAppendQueue(groupIo(log, options, { state, news, acknowledged, writer }));
  const ahead = { headers: 64 << 10, lines: 16 << 10 };
  const readEvent = createEventReader(createGroupReader(log, ahead));
  const last = (): Place => segments.last().last;
  const assertOpen = (): void => {
    if (state.isClosed) throw new LogUnavailable('the log is closed');
  };
  return {
    ledger: segments.last().header.ledger,
    seed: Buffer.from(segments.last().header.seed, 'hex'),
    done,
    append: async (appends) => {
      assertOpen();
      requireWellFormed(appends);
      return queue.append(appends);
    },
    read: async (position) => {
      assertOpen();
      return readEvent(Number(position));
    },
    readStream: async (stream, { from = 0, limit }) => {
      assertOpen();
      return readStream({ index, reader: createGroupReader(log, ahead), turn }, { stream, from, limit });
    },
    lastPosition: () => Promise.resolve(last() === 0 ? undefined : BigInt(last())),
    subscribe: ({ prefixes, maxEvents = 1_000, ...subscription }) => {
      const reader = createBatchReader({ ...log, last }, prefixes);
      const followed = { last, isClosed: () => state.isClosed, stuck: () => state.stuck, reader, news, turn };
      return follow(followed, { ...subscription, maxEvents });
    },
    probe: async () => {
      assertOpen();
      if (state.stuck !== undefined) throw refusalOf(state.stuck);
      await writer.probe();
    },
    sizeBytes: () => segments.all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    close: async () => {
      state.isClosed = true;
      await queue.drained();
      if (state.stuck === undefined) await writer.close();
      news.announce();
      acknowledged.close();
      segments.close();
      state.end();
    },
  };
};

const createState = (news: News): { state: State; done: Promise<void> } => {
  let settle: { resolve(): void; reject(error: Error): void } | undefined;
  const done = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  done.catch(() => undefined);
  const state: State = {
    isClosed: false,
    stuck: undefined,
    end: (error) => {
      state.stuck ??= error;
      if (error === undefined) settle?.resolve();
      else settle?.reject(error);
      news.announce();
    },
  };
  return { state, done };
};

type Shared = { state: State; news: News; acknowledged: AcknowledgedNote; writer: LogWriter };

const groupIo = <Body extends EventBody>(
  { segments }: Readable<Body>,
  options: FileEventLogOptions<Body>,
  { state, news, acknowledged, writer }: Shared,
): GroupIo<Body> => {
  const { index, codec, clock = () => new Date() } = options;
  const encoder = createGroupEncoder<Body>(codec);
  const classes = (): readonly string[] => segments.last().header.classes;
  const plan = createPlan<Body>({ index, encoder, classOf: (stream) => classOf(classes(), stream) });

  const writeDurably = async (): Promise<void> => {
    const first = segments.last().last + 1;
    const before = await writer.prepare();
    const { bytes, crc, recorded } = encoder.finish({ first, before, recordedAt: clock().toISOString() });
    await writer.write({ bytes, crc, first, count: recorded.count });
    acknowledged.write({ place: segments.last().last, crc });
    addTo(index, recorded);
  };
  return {
    begin: () => {
      plan.begin(segments.last().last);
    },
    add: (appends) => {
      if (state.stuck !== undefined) throw refusalOf(state.stuck);
      try {
        return plan.add(appends);
      } catch (error) {
        index.discard();
        throw error;
      }
    },
    size: () => ({ events: encoder.count(), bytes: encoder.sizeBytes() }),
    write: async () => {
      try {
        await writeDurably();
      } catch (error) {
        if (error instanceof IndexFailed) {
          state.end(error.reason);
          throw error.reason;
        }
        index.discard();
        if (!(error instanceof LogStuck)) throw error;
        state.end(error);
        return unknownInstead(new LogUnavailable(error.message, { cause: error }));
      }
      news.announce();
      return asPlanned;
    },
  };
};

const addTo = <Body extends EventBody>(index: LogIndex<Body>, group: RecordedGroup<Body>): void => {
  try {
    index.add(group);
  } catch (error) {
    throw new IndexFailed(error);
  }
};

const unknownInstead =
  (error: LogUnavailable) =>
  (result: AppendResult): AppendResult =>
    result.status === 'recorded' ? { status: 'unknown', error } : result;
