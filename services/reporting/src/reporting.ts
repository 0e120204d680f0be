import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position } from '@tollgate/event-store';
import { isRetriable } from '@tollgate/service-runtime';
import type { Log } from '@tollgate/service-runtime';
import { readCheckpoint, requireSameHistory } from './checkpoint';
import { connect } from './database';
import type { Database } from './database';
import { createLag } from './lag';
import { migrate } from './migrate';
import { writeBatch } from './write-batch';

/** The reports in PostgreSQL, kept up with the log. */
export type Reporting = {
  readiness(): { isReady: boolean; detail: string };
  /** Of the last event that is in them; absent before the first, and until the database has said so. */
  position(): Position | undefined;
  /** Age of the oldest event that is not in them, or for how long the database could not be used; 0 when all is in. */
  lagSeconds(): number;
  /** Resolves when it has stopped on request; rejects if the log cannot be followed. */
  done: Promise<void>;
  /** Lets the batch under way finish, for a moment. */
  stop(): Promise<void>;
};

const batchEvents = 1_000;
const backoff = { firstMs: 100, limitMs: 5_000 };
const unfinishedMs = 2_000;

type Parts = { log: EventLog<LogEvent>; url: string; clock: () => Date; logger: Log };

/** Follows the log from where the database says it has come to. The database may be away at start or go away later. */
export const startReporting = ({ log, url, clock, logger }: Parts): Reporting => {
  const stopping = new AbortController();
  const lag = createLag(clock);
  let position: Position | undefined;
  let failures = 0;
  let database: Database | undefined;

  const followOn = async (opened: Database): Promise<void> => {
    await migrate(opened);
    let checkpoint = await readCheckpoint(opened);
    if (checkpoint !== undefined) await requireSameHistory(log, checkpoint);
    position = checkpoint?.position;
    const signal = AbortSignal.any([stopping.signal, opened.lost]);
    const selection = { prefixes: [''], after: position, maxEvents: batchEvents, signal };
    for await (const { events, isCaughtUp } of log.subscribe(selection)) {
      const [oldest] = events;
      if (oldest !== undefined) {
        lag.noteOldest(oldest.recordedAt);
        checkpoint = await writeBatch(opened, checkpoint, events);
        position = checkpoint.position;
      }
      lag.noteWritten(isCaughtUp);
      if (failures > 0) logger.info({ position: String(position) }, 'reports are written again');
      failures = 0;
    }
    if (!stopping.signal.aborted) opened.lost.throwIfAborted();
  };

  const pause = async ({ message }: Error): Promise<void> => {
    const pauseMs = backoffMs(failures, backoff);
    failures += 1;
    const write = lag.noteFailure(message) ? logger.warn : logger.debug;
    write.call(
      logger,
      { error: message, pauseMs },
      'reports cannot be written to PostgreSQL; Tollgate goes on and tries again',
    );
    await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted)
      try {
        database = await connect(url);
        await followOn(database);
      } catch (error) {
        if (!isRetriable(error)) throw error;
        if (!isStopping(stopping)) await pause(error);
      } finally {
        database?.close();
      }
  };

  const done = run();
  done.catch(() => undefined);
  return {
    done,
    position: () => position,
    lagSeconds: lag.seconds,
    readiness: () => lag.readiness(position),
    stop: async () => {
      stopping.abort();
      const cut = setTimeout(() => database?.close(), unfinishedMs);
      await done.catch(() => undefined);
      clearTimeout(cut);
    },
  };
};

/** Asked again, after a wait. */
const isStopping = ({ signal }: AbortController): boolean => signal.aborted;
