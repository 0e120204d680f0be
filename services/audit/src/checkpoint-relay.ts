import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { Log } from '@tollgate/service-runtime';

export type CheckpointRelay = {
  /** The newest checkpoint there is. One that waits behind another that cannot be published is left out: the newer one extends it. */
  offer(note: string): void;
  /** Of the oldest that has not been acknowledged since; 0 when none waits. */
  waitingSeconds(): number;
  /** Gives what is under way a moment; what then is not acknowledged is the next start's. */
  stop(): Promise<void>;
};

type Parts = {
  /** Resolves once it is acknowledged. */
  publish(note: string): Promise<void>;
  /** What was published last is published again after so long without another: a topic that was deleted would stay empty. */
  againAfterMs?: number;
  clock: () => Date;
  logger: Log;
};

const backoff = { firstMs: 200, limitMs: 15_000 };
const lastMomentMs = 2_000;

/** Publishes checkpoints in order, each at least once or a newer one in its place, however long the broker is away. */
export const startCheckpointRelay = ({ publish, againAfterMs = 60_000, clock, logger }: Parts): CheckpointRelay => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const isStopping = (): boolean => signal.aborted;
  let newest: { note: string; at: Date } | undefined;
  let since: Date | undefined;
  let reason: string | undefined;
  let working: Promise<void> | undefined;
  let again: NodeJS.Timeout | undefined;

  const onPublished = (note: string): void => {
    if (reason !== undefined) logger.info({}, 'checkpoints are published again');
    reason = undefined;
    if (newest?.note === note) newest = undefined;
    since = newest?.at;
    clearTimeout(again);
    if (!isStopping()) again = setTimeout(() => newest ?? offer(note), againAfterMs);
  };
  const onFailed = (error: unknown): void => {
    const latest = error instanceof Error ? error.message : String(error);
    const write = latest === reason ? logger.debug : logger.warn;
    reason = latest;
    write.call(logger, { error: latest }, 'a checkpoint cannot be published; the newest one will be');
  };
  const work = async (): Promise<void> => {
    for (let failed = 0; newest !== undefined && !isStopping();) {
      const { note } = newest;
      try {
        await publish(note);
        failed = 0;
        onPublished(note);
      } catch (error) {
        if (!isStopping()) onFailed(error);
        await delay(backoffMs(failed, backoff), undefined, { signal }).catch(() => undefined);
        failed += 1;
      }
    }
    working = undefined;
  };
  const offer = (note: string): void => {
    newest = { note, at: clock() };
    since ??= newest.at;
    working ??= work();
  };
  return {
    offer,
    waitingSeconds: () => (since === undefined ? 0 : Math.max(0, clock().getTime() - since.getTime()) / 1_000),
    stop: async () => {
      await Promise.race([working, delay(lastMomentMs, undefined, { signal, ref: false }).catch(() => undefined)]);
      stopping.abort();
      clearTimeout(again);
    },
  };
};
