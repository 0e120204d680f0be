import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import type { LmdbLog } from '@tollgate/event-store-lmdb';
import { eventsOf, recordedIn } from '../command-comparison';
import { openLogInMaking } from './log-in-making';
import type { LogFolders, LogInMaking } from './log-in-making';
import { syncFiles, withoutSync } from './unsynced-folder';
import { upgradedEvents } from './upgraded-events';

type OnProgress = (done: number) => void;

/** Writes all events of the old log into the new one; they are on the disk once it resolves. Throws `LogDamaged`. */
export const writeLog = async (source: LmdbLog, target: LogFolders, onProgress: OnProgress): Promise<void> => {
  await withLog({ ...target, log: withoutSync(target.log) }, ({ append }) =>
    append(upgradedEvents(source.events()), ({ first, count }) => {
      onProgress(Number(first) + count - 1);
    }),
  );
  await syncFiles(target.log);
};

/**
 * Reads the new log from its files, which folds it anew and compares its decisions with that fold, and every event of it with
 * the old one. Throws where they differ.
 */
export const verifyLog = async (source: LmdbLog, target: LogFolders, onProgress: OnProgress): Promise<void> => {
  await withLog(target, async ({ log }) => {
    const written = eventsOf(recordedIn(log, ''));
    for (const old of upgradedEvents(source.events())) {
      const { value: event } = await written.next();
      const differs = event === undefined ? 'is missing' : differenceOf(old, event);
      if (differs !== undefined) throw new Error(`the event at position ${String(old.position)} ${differs}`);
      onProgress(Number(old.position));
    }
    if ((await written.next()).done !== true)
      throw new Error(`the new log goes on after the last event, at position ${String(source.last)}`);
  });
};

const withLog = async (target: LogFolders, use: (made: LogInMaking) => Promise<void>): Promise<void> => {
  const made = await openLogInMaking(target);
  try {
    await use(made);
  } finally {
    await made.close();
  }
};

/** As text: so the order of fields, which clients see, is compared too. */
const differenceOf = (old: RecordedEvent<LogEvent>, event: RecordedEvent<LogEvent>): string | undefined => {
  const expected = textOf(old);
  const found = textOf(event);
  return expected === found ? undefined : `was ${expected} and is ${found}`;
};

const textOf = ({ position, stream, revision, eventId, type, ...event }: RecordedEvent<LogEvent>): string =>
  JSON.stringify([
    ...[String(position), stream, revision, eventId, type],
    ...[event.data, event.metadata, event.recordedAt],
  ]);
