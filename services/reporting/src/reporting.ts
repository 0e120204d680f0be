import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position } from '@tollgate/event-store';
import { isRetriable } from '@tollgate/service-runtime';
import type { Log } from '@tollgate/service-runtime';
import { DatabaseFault, answered, connect } from './database';
import type { Database } from './database';
import { followLog } from './follow-log';
import type { Progress } from './follow-log';
import { createLag } from './lag';
import { migrate } from './migrate';
import { Fenced } from './write-batch';

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

const backoff = { firstMs: 100, limitMs: 5_000 };
const unfinishedMs = 2_000;
/** One that stands by looks so often whether it is needed. */
const standsByMs = 1_000;

type Parts = { log: EventLog<LogEvent>; url: string; clock: () => Date; logger: Log };

/** Follows the log from where the database says it has come to. The database may be away at start or go away later. */
export const startReporting = ({ log, url, clock, logger }: Parts): Reporting => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const lag = createLag(clock);
  let position: Position | undefined;
  let failures = 0;
  let database: Database | undefined;

  const recovered = (): void => {
    if (failures > 0) logger.info({ position: position?.toString() }, 'reports are written again');
    failures = 0;
  };
  const progress: Progress = {
    reached: (at) => (position = at),
    writes: lag.noteOldest,
    wrote: (isCaughtUp) => {
      lag.noteWritten(isCaughtUp);
      recovered();
    },
  };

  const followOn = async (opened: Database): Promise<void> => {
    await answered(opened, () => migrate(opened));
    while (!signal.aborted)
      try {
        await followLog({ log, database: opened, signal, progress });
      } catch (error) {
        if (!(error instanceof Fenced)) throw error;
        lag.noteOvertaken();
        recovered();
        await wait(standsByMs, signal);
      }
  };

  const pause = async (error: Error): Promise<void> => {
    const pauseMs = backoffMs(failures, backoff);
    failures += 1;
    const write = lag.noteFailure(error.message) ? logger.warn : logger.debug;
    write.call(logger, { error: error.message, pauseMs }, inWords(error));
    await wait(pauseMs, signal);
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted)
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

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined);

const inWords = (error: Error): string =>
  `reports cannot ${error instanceof DatabaseFault ? 'be written to PostgreSQL' : 'follow the log'}; Tollgate goes on and tries again`;
