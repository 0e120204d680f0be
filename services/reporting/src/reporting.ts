import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position } from '@tollgate/event-store';
import { isRetriable } from '@tollgate/service-runtime';
import type { Log } from '@tollgate/service-runtime';
import { readCheckpoint, requireSameHistory } from './checkpoint';
import { connect } from './database';
import type { Database } from './database';
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
/** An event is in the reports within milliseconds when all is well. */
const patienceMs = 10_000;
const unfinishedMs = 2_000;

type Parts = { log: EventLog<LogEvent>; url: string; clock: () => Date; logger: Log };

/** Follows the log from where the database says it has come to. The database may be away at start or go away later. */
export const startReporting = ({ log, url, clock, logger }: Parts): Reporting => {
  const stopping = new AbortController();
  let position: Position | undefined;
  /** Since when something is not in the reports that should be, and why, if something failed. */
  let behind: { since: Date; reason?: string } | undefined = { since: clock(), reason: 'no answer yet' };
  let failures = 0;
  let database: Database | undefined;

  const followOn = async (): Promise<void> => {
    database = await connect(url);
    await migrate(database);
    let checkpoint = await readCheckpoint(database);
    if (checkpoint !== undefined) await requireSameHistory(log, checkpoint);
    position = checkpoint?.position;
    const signal = AbortSignal.any([stopping.signal, database.lost]);
    const selection = { prefixes: [''], after: position, maxEvents: batchEvents, signal };
    for await (const { events, isCaughtUp } of log.subscribe(selection)) {
      const [oldest] = events;
      if (oldest !== undefined) {
        behind = { ...behind, since: new Date(oldest.recordedAt) };
        checkpoint = await writeBatch(database, checkpoint, events);
        position = checkpoint.position;
      }
      if (failures > 0) logger.info({ position: String(position) }, 'reports are written again');
      failures = 0;
      behind = isCaughtUp ? undefined : { since: behind?.since ?? clock() };
    }
    if (!stopping.signal.aborted) database.lost.throwIfAborted();
  };

  const pause = async ({ message: reason }: Error): Promise<void> => {
    const pauseMs = backoffMs(failures, backoff);
    const write = reason === behind?.reason && failures > 0 ? logger.debug : logger.warn;
    write.call(
      logger,
      { error: reason, pauseMs },
      'reports cannot be written to PostgreSQL; Tollgate goes on and tries again',
    );
    failures += 1;
    behind = { since: behind?.since ?? clock(), reason };
    await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted)
      try {
        await followOn();
      } catch (error) {
        if (!isRetriable(error)) throw error;
        if (!stopping.signal.aborted) await pause(error);
      } finally {
        database?.close();
      }
  };

  const done = run();
  done.catch(() => undefined);
  const lagMs = (): number => (behind === undefined ? 0 : Math.max(0, clock().getTime() - behind.since.getTime()));
  return {
    done,
    position: () => position,
    lagSeconds: () => lagMs() / 1_000,
    readiness: () => {
      const place = position === undefined ? 'nothing is applied yet' : `applied up to position ${String(position)}`;
      if (behind === undefined) return { isReady: true, detail: place };
      const { since, reason } = behind;
      const why = reason ?? 'catching up; on a long log "tollgate reporting rebuild" is faster';
      return {
        isReady: reason === undefined && lagMs() <= patienceMs,
        detail: `${place}, behind since ${since.toISOString()}: ${why}`,
      };
    },
    stop: async () => {
      stopping.abort();
      const cut = setTimeout(() => database?.close(), unfinishedMs);
      await done.catch(() => undefined);
      clearTimeout(cut);
    },
  };
};
