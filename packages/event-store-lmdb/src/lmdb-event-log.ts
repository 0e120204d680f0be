import { join } from 'node:path';
import { LogUnavailable } from '@tollgate/event-store';
import type { AppendResult, EventBody, EventLog, RecordedEvent, StreamAppend } from '@tollgate/event-store';
import { bufferStore, openProjectionStore } from '@tollgate/projection-store';
import { createAppendQueue } from './append-queue';
import { createNews, follow } from './follow';
import { openLogFile } from './log-file';
import type { LogFile } from './log-file';
import { decodeRecord, encodeRecord } from './record';
import { createStreamIndex } from './stream-index';
import type { StreamIndex } from './stream-index';
import { createTail } from './tail';

export type LmdbEventLogOptions = {
  /** Holds `log` (the truth) and `streams` (an index of it, rebuilt if it is missing). One process at a time. */
  folder: string;
  clock?: () => Date;
  onIndexDropped?: (reason: string) => void;
};

export type LmdbEventLog<Body extends EventBody> = EventLog<Body> & { sizeBytes(): number };

/** Of memory; as bytes of records, which take some times as many once they are parsed. */
const tailRoom = { events: 4_096, bytes: 8 << 20 };

/** The event log in one folder of this machine. Throws `FolderInUse` or `LogDamaged` if it cannot be opened safely. */
export const openLmdbEventLog = async <Body extends EventBody>(
  options: LmdbEventLogOptions,
): Promise<LmdbEventLog<Body>> => {
  const { clock = () => new Date() } = options;
  const { file, index, store } = await openFiles(options);

  const tail = createTail<Body>(tailRoom);
  const news = createNews();
  let last = file.last();
  let isClosed = false;

  const queue = createAppendQueue<Body>({
    plan: (group) => planAppends(group, index, { last, recordedAt: clock().toISOString() }),
    write: async (events) => {
      const records = events.map(encodeRecord);
      await file.append(last + 1, records).catch((error: unknown) => {
        if (file.stuck() !== undefined) news.announce();
        throw error;
      });
      // Recorded is recorded: the index takes it up at once, and may only say later that it cannot be written.
      const indexed = index.add(events);
      last += events.length;
      tail.push(
        events,
        records.map(({ length }) => length),
      );
      news.announce();
      await indexed;
    },
  });

  const read = (
    from: number,
    limit: number,
    prefixes: readonly string[],
  ): { events: RecordedEvent<Body>[]; through: number } => {
    const through = Math.min(last, from + limit - 1);
    const recent = tail.from(BigInt(from), through - from + 1);
    if (recent !== undefined)
      return { events: recent.filter(({ stream }) => prefixes.some((prefix) => stream.startsWith(prefix))), through };
    const records = file.range(from, through);
    const events = records.flatMap(({ key, value }) => decodeRecord<Body>(value, BigInt(key), prefixes) ?? []);
    return { events, through: from + records.length - 1 };
  };

  return {
    append: async (appends) => {
      if (isClosed) throw new LogUnavailable('the log is closed');
      return queue.append(appends);
    },
    readStream: async (stream, { from = 0, limit }) => {
      if (isClosed) throw new LogUnavailable('the log is closed');
      return await Promise.resolve(readStream<Body>(file, index, { stream, from, limit }));
    },
    lastPosition: () => Promise.resolve(last === 0 ? undefined : BigInt(last)),
    subscribe: (subscription) =>
      follow({ last: () => last, isClosed: () => isClosed, stuck: file.stuck, read, news }, subscription),
    sizeBytes: () => file.sizeBytes(),
    close: async () => {
      isClosed = true;
      await queue.drained();
      news.announce();
      await file.close();
      await store.close();
    },
  };
};

const openFiles = async ({ folder, onIndexDropped }: LmdbEventLogOptions) => {
  const store = bufferStore(
    await openProjectionStore({
      path: join(folder, 'streams'),
      version: 1,
      ...(onIndexDropped && { onDropped: onIndexDropped }),
    }),
  );
  let file: LogFile | undefined;
  try {
    file = openLogFile(join(folder, 'log'));
    const index = createStreamIndex(store);
    await indexTheRest(folder, { file, index, indexed: Number(store.position() ?? 0n) });
    return { file, index, store };
  } catch (error) {
    await file?.close();
    await store.close();
    throw error;
  }
};

const planAppends = <Body extends EventBody>(
  group: readonly (readonly StreamAppend<Body>[])[],
  index: StreamIndex,
  { last, recordedAt }: { last: number; recordedAt: string },
) => {
  const heads = new Map<string, number>();
  const events: RecordedEvent<Body>[] = [];
  const planOne = ({ stream, expectedRevision, events: added }: StreamAppend<Body>): AppendResult<Body> => {
    const head = heads.get(stream) ?? index.head(stream);
    if (head !== expectedRevision) return { isAppended: false, currentRevision: head };
    heads.set(stream, head + added.length);
    const recorded = added.map((event, offset): RecordedEvent<Body> => ({
      ...event,
      stream,
      revision: head + 1 + offset,
      position: BigInt(last + events.length + 1 + offset),
      recordedAt,
    }));
    for (const event of recorded) events.push(event);
    return { isAppended: true, events: recorded };
  };
  return { results: group.map((appends) => appends.map(planOne)), events };
};

const readStream = <Body extends EventBody>(
  file: LogFile,
  index: StreamIndex,
  { stream, from, limit }: { stream: string; from: number; limit: number },
): RecordedEvent<Body>[] => {
  const events: RecordedEvent<Body>[] = [];
  const end = Math.min(index.head(stream) + 1, from + limit);
  for (let revision = from; revision < end; revision += 1) {
    const position = index.positionOf(stream, revision);
    const record = position === undefined ? undefined : file.get(Number(position));
    const event =
      position === undefined || record === undefined ? undefined : decodeRecord<Body>(record, position, [stream]);
    if (event?.revision !== revision)
      throw new Error(`the stream index does not match the log at ${stream} ${String(revision)}`);
    events.push(event);
  }
  return events;
};

/** Indexes what the log holds beyond the index: after a crash, or when the index was deleted. */
const indexTheRest = async (
  folder: string,
  { file, index, indexed }: { file: LogFile; index: StreamIndex; indexed: number },
): Promise<void> => {
  const last = file.last();
  if (indexed > last) throw aheadOf(folder, indexed, last);
  for (let from = indexed + 1; from <= last;) {
    const records = file.range(from, Math.min(last, from + 9_999));
    await index.add(records.flatMap(({ key, value }) => decodeRecord(value, BigInt(key), ['']) ?? []));
    from += records.length;
  }
};

/** An index that knows more than its log says that events are gone; one that is deleted would hide it. */
const aheadOf = (folder: string, indexed: number, last: number): Error =>
  new Error(
    last === 0
      ? `the log in ${folder} is empty, though its index knows ${String(indexed)} events: restore it from a copy`
      : `the log in ${folder} ends at ${String(last)}, though its index knows ${String(indexed)} events: restore both from one copy or, if an older log is what you want, delete all folders but ${join(folder, 'log')}`,
  );
