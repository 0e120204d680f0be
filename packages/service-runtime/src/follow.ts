import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { EventBatch, EventBody, EventLog, Position } from '@tollgate/event-store';
import type { Log } from './log';
import { createProgress } from './progress';
import { isRetriable } from './retriable';

export type Follower<Body extends EventBody> = {
  name: string;
  log: EventLog<Body>;
  prefixes: readonly string[];
  /** The stored position of the last batch applied: read again at every (re)subscription. */
  position(): Position | undefined;
  /** Applies one batch and stores its position; the next batch comes when it resolves. */
  apply(batch: EventBatch<Body>): Promise<void>;
  maxEvents?: number;
  logger: Log;
};

/** Messages that were handed to a broker and are not acknowledged; later ones wait behind them. */
export type Unacknowledged = {
  messages: number;
  since: Date;
  /** Why the last attempt failed, if one did. */
  reason: string | undefined;
};

/** The log is not applied to its end. */
type Behind = {
  since: Date;
  /** What interrupted it, if something did and nothing has been applied since. */
  reason: string | undefined;
};

/** A follower at work. */
export type Following = {
  /** Resolves once everything that was in the log when it started has been applied. */
  caughtUp: Promise<void>;
  isCaughtUp(): boolean;
  /** Absent while it is caught up. */
  behind(): Behind | undefined;
  /** Resolves true once the log is applied up to `position`, false when `timeoutMs` have passed before. */
  reached(position: Position, timeoutMs: number): Promise<boolean>;
  /** Resolves when it has stopped on request; rejects if it cannot go on. */
  done: Promise<void>;
  /** What a relay waits for; a follower that hands nothing to a broker never has any. */
  unacknowledged(): Unacknowledged | undefined;
  /** Lets the batch under way finish. */
  stop(): Promise<void>;
};

const backoff = { firstMs: 50, limitMs: 5_000 };

/**
 * Applies the log batch by batch, from the stored position on, for ever. What is retriable is retried from the stored
 * position, with a pause that grows until it has caught up again; anything else is a broken invariant and ends it with that error.
 */
export const follow = <Body extends EventBody>(follower: Follower<Body>): Following => {
  const stopping = new AbortController();
  const first = createGate();
  const progress = createProgress(follower.position());
  let behind: Behind | undefined = { since: new Date(), reason: undefined };
  const fallBehind = (reason: string | undefined): void => {
    behind = { since: behind?.since ?? new Date(), reason };
  };
  /** Interruptions since it had last caught up. */
  let interruptions = 0;

  const readOn = async (): Promise<void> => {
    const { log, prefixes, maxEvents } = follower;
    await checkNotAhead(follower);
    const selection = {
      prefixes,
      after: follower.position(),
      signal: stopping.signal,
      ...(maxEvents && { maxEvents }),
    };
    for await (const batch of log.subscribe(selection)) {
      await follower.apply(batch);
      progress.advance(batch.position);
      if (!batch.isCaughtUp) {
        fallBehind(undefined);
        continue;
      }
      behind = undefined;
      interruptions = 0;
      first.resolve();
    }
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await readOn();
        return;
      } catch (error) {
        if (!isRetriable(error)) throw error;
        fallBehind(error.message);
        const pauseMs = backoffMs(interruptions, backoff);
        interruptions += 1;
        follower.logger.warn(
          { error: error.message, pauseMs },
          `${follower.name} was interrupted and resumes from its stored position`,
        );
        await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };

  const done = run();
  done.catch((error: unknown) => {
    first.reject(error);
  });
  first.promise.catch(() => undefined);
  return {
    caughtUp: first.promise,
    isCaughtUp: () => behind === undefined,
    behind: () => behind,
    reached: progress.reached,
    done,
    unacknowledged: () => undefined,
    stop: async () => {
      stopping.abort();
      await done.catch(() => undefined);
    },
  };
};

const checkNotAhead = async <Body extends EventBody>({ name, log, position }: Follower<Body>): Promise<void> => {
  const stored = position();
  const last = await log.lastPosition();
  if (stored !== undefined && (last === undefined || stored > last))
    throw new Error(
      `${name} is at position ${String(stored)}, ahead of the log${last === undefined ? ', which is empty' : ` at ${String(last)}`}: the log was replaced by an older copy; put the newer one back or, if the older one is what you want, delete the folder relays beside it: the topics are then compared with the log`,
    );
};

/** A promise with its handles; Node 20 has no Promise.withResolvers. */
const createGate = () => {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
};
