import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { Backoff } from '@tollgate/backoff';
import type { EventBody, EventLog } from '@tollgate/event-store';
import type { Log } from '@tollgate/service-runtime';
import { reasonOf } from './reason-of';

/** Where small writes still fit and large ones do not, each would tell of a change. */
const toldAgainAfterMs = 60_000;

/** A probe tells less than a write does: the more often that fails after a probe has not, the longer until the next one. */
const usualProbes = { firstMs: 1_000, limitMs: 60_000 };

export type WatchedLog<Body extends EventBody> = EventLog<Body> & {
  /** Not ready from an append that failed until one has succeeded, or a probe has: whoever is not ready may be sent nothing to try it with. */
  readiness(): { isReady: boolean; detail: string };
  isAppending(): boolean;
  /** Probes no more. */
  unwatch(): void;
};

type Options = { clock: () => Date; logger: Log; probes?: Backoff };

/** The same log; that it cannot be written, and can again, is logged once and known to `readiness`. */
export const watchLog = <Body extends EventBody>(log: EventLog<Body>, options: Options): WatchedLog<Body> => {
  const { clock } = options;
  const tell = createTeller(options);
  const probes = createProbes(log, options.probes ?? usualProbes);
  let failure: { since: Date; reason: string } | undefined;
  let appending = 0;

  const onFailure = (error: unknown): void => {
    failure = { since: failure?.since ?? clock(), reason: error instanceof Error ? error.message : String(error) };
    probes.begin();
    tell.failed(error);
  };
  const onSuccess = (): void => {
    failure = undefined;
    probes.end();
    tell.succeeded();
  };

  return {
    ...log,
    isAppending: () => appending > 0,
    unwatch: probes.end,
    append: async (appends) => {
      appending += 1;
      try {
        const results = await log.append(appends);
        const unknown = results.find((result) => result.status === 'unknown');
        if (unknown === undefined) onSuccess();
        else onFailure(unknown.error);
        return results;
      } catch (error) {
        onFailure(error);
        throw error;
      } finally {
        appending -= 1;
      }
    },
    readiness: () => {
      if (failure === undefined) return { isReady: true, detail: 'can be written' };
      const isReady = probes.haveSucceeded();
      const detail = `no write succeeded since ${failure.since.toISOString()}: ${failure.reason}`;
      return { isReady, detail: isReady ? `${detail}; since then it would take one again` : detail };
    },
  };
};

/** From one append that failed to the next that does not, until one probe has succeeded after the last that failed. */
const createProbes = ({ probe }: Pick<EventLog<EventBody>, 'probe'>, pauses: Backoff) => {
  let running: { stopping: AbortController; hasSucceeded: boolean } | undefined;
  let misled = 0;

  const run = async (own: NonNullable<typeof running>): Promise<void> => {
    const { signal } = own.stopping;
    while (!signal.aborted && !own.hasSucceeded) {
      await delay(backoffMs(misled, pauses), undefined, { signal, ref: false }).catch(() => undefined);
      own.hasSucceeded = await probe().then(
        () => true,
        () => false,
      );
    }
  };
  return {
    begin: (): void => {
      if (running !== undefined && !running.hasSucceeded) return;
      if (running !== undefined) misled += 1;
      running = { stopping: new AbortController(), hasSucceeded: false };
      void run(running);
    },
    end: (): void => {
      running?.stopping.abort();
      running = undefined;
      misled = 0;
    },
    haveSucceeded: (): boolean => running?.hasSucceeded ?? false,
  };
};

const createTeller = ({ clock, logger }: Options) => {
  let toldAtMs = -Infinity;
  let isTold = false;
  return {
    failed: (error: unknown): void => {
      const nowMs = clock().getTime();
      if (isTold || nowMs - toldAtMs < toldAgainAfterMs) return;
      isTold = true;
      toldAtMs = nowMs;
      logger.warn(
        { error: reasonOf(error) },
        'the event log cannot be written: writes are refused and Kafka waits until it can',
      );
    },
    succeeded: (): void => {
      if (isTold) logger.info({}, 'the event log is written again');
      isTold = false;
    },
  };
};
