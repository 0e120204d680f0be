import type { EventBody, EventLog } from '@tollgate/event-store';
import type { Log } from '@tollgate/service-runtime';

/** Where small writes still fit and large ones do not, each would tell of a change. */
const toldAgainAfterMs = 60_000;
/** A balancer that sends nothing here while it is not ready would otherwise keep it so for ever. */
const tryAgainAfterMs = 10_000;

export type WatchedLog<Body extends EventBody> = EventLog<Body> & {
  /** Not ready for a while after an append that failed, unless one has succeeded since: then it must be tried again to know. */
  readiness(): { isReady: boolean; detail: string };
  isAppending(): boolean;
};

/** The same log; that it cannot be written, and can again, is logged once and known to `readiness`. */
export const watchLog = <Body extends EventBody>(
  log: EventLog<Body>,
  { clock, logger }: { clock: () => Date; logger: Log },
): WatchedLog<Body> => {
  let failure: { since: Date; latest: Date; reason: string } | undefined;
  let toldAtMs = -Infinity;
  let isTold = false;
  let appending = 0;

  const onFailure = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    const now = clock();
    failure = { since: failure?.since ?? now, latest: now, reason };
    if (isTold || now.getTime() - toldAtMs < toldAgainAfterMs) return;
    isTold = true;
    toldAtMs = now.getTime();
    logger.warn({ error: reason }, 'the event log cannot be written: writes are refused and Kafka waits until it can');
  };

  const onSuccess = (): void => {
    failure = undefined;
    if (isTold) logger.info({}, 'the event log is written again');
    isTold = false;
  };

  return {
    ...log,
    isAppending: () => appending > 0,
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
    readiness: () =>
      failure === undefined
        ? { isReady: true, detail: 'can be written' }
        : {
            isReady: clock().getTime() - failure.latest.getTime() >= tryAgainAfterMs,
            detail: `no write succeeded since ${failure.since.toISOString()}: ${failure.reason}`,
          },
  };
};
