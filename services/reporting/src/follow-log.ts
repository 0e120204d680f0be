import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position } from '@tollgate/event-store';
import { readCheckpoint, requireSameHistory } from './checkpoint';
import { answered } from './database';
import type { Database } from './database';
import { writeBatch } from './write-batch';

/** What is told on the way. */
export type Progress = {
  /** Of the last event that is in the reports, whoever wrote it; absent before the first. */
  reached(position: Position | undefined): void;
  /** An event recorded then is about to be written. */
  writes(recordedAt: string): void;
  /** All that was handed over is in the reports. */
  wrote(isCaughtUp: boolean): void;
};

const batchEvents = 1_000;

type Parts = { log: EventLog<LogEvent>; database: Database; signal: AbortSignal; progress: Progress };

/**
 * Writes what comes in the log after the checkpoint, batch by batch, until `signal` is aborted. Throws `Fenced` where another writer was
 * faster, `DatabaseFault`, and what the log throws.
 */
export const followLog = async ({ log, database, signal, progress }: Parts): Promise<void> => {
  let checkpoint = await answered(database, () => readCheckpoint(database));
  if (checkpoint !== undefined) await requireSameHistory(log, checkpoint);
  const after = checkpoint?.position;
  progress.reached(after);
  const selection = { prefixes: [''], after, maxEvents: batchEvents };
  for await (const { events, isCaughtUp } of log.subscribe({
    ...selection,
    signal: AbortSignal.any([signal, database.lost]),
  })) {
    const [oldest] = events;
    if (oldest !== undefined) {
      progress.writes(oldest.recordedAt);
      const before = checkpoint;
      checkpoint = await answered(database, () => writeBatch(database, before, events));
      progress.reached(checkpoint.position);
    }
    progress.wrote(isCaughtUp);
  }
  if (!signal.aborted) database.lost.throwIfAborted();
};
