import type { EventBody, EventLog } from '@tollgate/event-store';
import type { Log } from '@tollgate/service-runtime';

/** Where small writes still fit and large ones do not, each would tell of a change. */
const toldAgainAfterMs = 60_000;

export type WatchedLog<Body extends EventBody> = EventLog<Body> & {
  /** Not ready from an append that failed until one succeeds. */
  readiness(): { isReady: boolean; detail: string };
};

/** The same log; that it cannot be written, and can again, is logged once and known to `readiness`. */
export const watchLog = <Body extends EventBody>(
  log: EventLog<Body>,
  { clock, logger }: { clock: () => Date; logger: Log },
): WatchedLog<Body> => {
  let failure: { since: Date; reason: string } | undefined;
  let toldAtMs = -Infinity;
  let isTold = false;

  const onFailure = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    const now = clock();
    failure = { since: failure?.since ?? now, reason };
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
    append: async (appends) => {
      try {
        const results = await log.append(appends);
        onSuccess();
        return results;
      } catch (error) {
        onFailure(error);
        throw error;
      }
    },
    readiness: () =>
      failure === undefined
        ? { isReady: true, detail: 'can be written' }
        : { isReady: false, detail: `no write succeeded since ${failure.since.toISOString()}: ${failure.reason}` },
  };
};
