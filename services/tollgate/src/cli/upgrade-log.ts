import { openAccountTable } from '@tollgate/account-table';
import { storedEvents, streamPrefixes } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventBody, RecordedEvent } from '@tollgate/event-store';
import { openFileEventLog } from '@tollgate/event-store-file';
import type { FileEventLog } from '@tollgate/event-store-file';
import type { LmdbLog } from '@tollgate/event-store-lmdb';
import type { Folder } from '@tollgate/folder';
import { syncFiles, withoutSync } from './unsynced-folder';
import { bodyOf, groupsOf } from './upgrade-groups';
import type { UpgradedGroup } from './upgrade-groups';

/** Where a new log is made, and a table of its accounts while it is. */
type Target = { log: Folder; accountTable: Folder };

type OnProgress = (done: number) => void;

/** Writes all events of the old log into the new one; they are on the disk once it resolves. Throws `LogDamaged`. */
export const writeLog = async (source: LmdbLog, target: Target, onProgress: OnProgress): Promise<void> => {
  let recordedAt = new Date(0);
  await withLog(
    { ...target, log: withoutSync(target.log) },
    () => recordedAt,
    async (log) => {
      for (const group of groupsOf(source.events())) {
        recordedAt = new Date(group.recordedAt);
        await appendGroup(log, group);
        onProgress(Number(group.first) + group.count - 1);
      }
    },
  );
  await syncFiles(target.log);
};

/**
 * Reads the new log from its files, which folds it anew and compares its decisions with that fold, and every event of it with
 * the old one. Throws where they differ.
 */
export const verifyLog = async (source: LmdbLog, target: Target, onProgress: OnProgress): Promise<void> => {
  await withLog(
    target,
    () => new Date(0),
    async (log) => {
      const written = eventsOf(log);
      for (const old of source.events()) {
        const { value: event } = await written.next();
        const differs = event === undefined ? 'is missing' : differenceOf(old, event);
        if (differs !== undefined) throw new Error(`the event at position ${String(old.position)} ${differs}`);
        onProgress(Number(old.position));
      }
      if ((await written.next()).done !== true)
        throw new Error(`the new log goes on after the last event, at position ${String(source.last)}`);
    },
  );
};

const withLog = async (
  { log: folder, accountTable }: Target,
  clock: () => Date,
  use: (log: FileEventLog<LogEvent>) => Promise<void>,
): Promise<void> => {
  const onWarning = (message: string): never => {
    throw new Error(message);
  };
  const table = openAccountTable({ folder: accountTable });
  const streamClasses = Object.values(streamPrefixes);
  const options = { folder, index: table, codec: storedEvents, streamClasses, clock, onWarning };
  const log = await openFileEventLog<LogEvent>(options);
  try {
    await use(log);
  } finally {
    await log.close();
    await table.close();
  }
};

const appendGroup = async (log: FileEventLog<LogEvent>, { first, appends }: UpgradedGroup): Promise<void> => {
  let next = first;
  for (const result of await log.append(appends)) {
    if (result.status === 'unknown') throw result.error;
    if (result.status === 'conflict' || result.positions[0] !== next)
      throw new Error(`the old log contradicts itself at position ${String(next)}: ${JSON.stringify(result.status)}`);
    next += BigInt(result.positions.length);
  }
};

async function* eventsOf(log: FileEventLog<LogEvent>): AsyncGenerator<RecordedEvent<LogEvent>, undefined> {
  if ((await log.lastPosition()) === undefined) return undefined;
  for await (const batch of log.subscribe({ prefixes: [''], signal: new AbortController().signal })) {
    yield* batch.events;
    if (batch.isCaughtUp) return undefined;
  }
  return undefined;
}

/** As text: so the order of fields, which clients see, is compared too. */
const differenceOf = (old: RecordedEvent<EventBody>, event: RecordedEvent<LogEvent>): string | undefined => {
  const expected = textOf({ ...old, ...bodyOf(old) });
  const found = textOf(event);
  return expected === found ? undefined : `was ${expected} and is ${found}`;
};

const textOf = ({ position, stream, revision, eventId, type, ...event }: RecordedEvent<EventBody>): string =>
  JSON.stringify([
    ...[String(position), stream, revision, eventId, type],
    ...[event.data, event.metadata, event.recordedAt],
  ]);
