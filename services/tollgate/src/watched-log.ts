import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
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

type Options = { clock: () => Date; logger: Log; probes?: { firstMs: number; limitMs: number } };

/** The same log; that it cannot be written, and can again, is logged once and known to `readiness`. */
export const watchLog = <Body extends EventBody>(
  log: EventLog<Body>,
  { clock, logger, probes = usualProbes }: Options,
): WatchedLog<Body> => {
  const watching = new AbortController();
  const { signal } = watching;
  let failure: { since: Date; reason: string } | undefined;
  /** A probe has succeeded since the last append that failed. */
  let isProbed = false;
  let isProbing = false;
  let failures = 0;
  let toldAtMs = -Infinity;
  let isTold = false;
  let appending = 0;

  const probe = async (): Promise<void> => {
    if (isProbing) return;
    isProbing = true;
    while (failure !== undefined && !isProbed && !signal.aborted) {
      await delay(backoffMs(failures - 1, probes), undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted)
        isProbed = await log.probe().then(
          () => true,
          () => false,
        );
    }
    isProbing = false;
  };

  const onFailure = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    const now = clock();
    failure = { since: failure?.since ?? now, reason };
    if (isProbed || failures === 0) failures += 1;
    isProbed = false;
    void probe();
    if (isTold || now.getTime() - toldAtMs < toldAgainAfterMs) return;
    isTold = true;
    toldAtMs = now.getTime();
    logger.warn(
      { error: reasonOf(error) },
      'the event log cannot be written: writes are refused and Kafka waits until it can',
    );
  };

  const onSuccess = (): void => {
    failure = undefined;
    failures = 0;
    if (isTold) logger.info({}, 'the event log is written again');
    isTold = false;
  };

  return {
    ...log,
    isAppending: () => appending > 0,
    unwatch: () => {
      watching.abort();
    },
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
      const detail = `no write succeeded since ${failure.since.toISOString()}: ${failure.reason}`;
      return { isReady: isProbed, detail: isProbed ? `${detail}; since then it would take one again` : detail };
    },
  };
};
