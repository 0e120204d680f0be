import type {
  AllStreamRecordedEvent,
  AllStreamResolvedEvent,
  AllStreamSubscription,
  Filter,
} from '@eventstore/db-client';
import type { Position } from '@tollgate/event-store';

/** What a live subscription has brought since it was last asked. */
export type Delivery = {
  events: readonly AllStreamRecordedEvent[];
  /** Everything that is wanted up to there has been delivered; absent where no more is known than the events say. */
  reached: Position | undefined;
  /** Once the server has told that it is live, and nothing that came since is left. */
  isCaughtUp: boolean;
};

/** One subscription of the client. It never comes back once it has failed. */
export type Feed = {
  /** At most `limit` events; absent where nothing has come since. */
  take(limit: number): Delivery | undefined;
  /** Resolves when there is something to take, it has failed, `waitMs` have passed, or the signal is aborted. */
  news(signal: AbortSignal, waitMs: number): Promise<void>;
  failure(): { error: unknown } | undefined;
  /** Whether it uses the connection that is used now. */
  isCurrent(): boolean;
  close(): void;
};

type Parts = {
  subscribe(checkpointReached: NonNullable<Filter['checkpointReached']>): AllStreamSubscription;
  /** Events that are kept here at most; beyond, the server is not read. */
  most: number;
  isCurrent(): boolean;
};

export const openFeed = ({ subscribe, most, isCurrent }: Parts): Feed => {
  const queue: AllStreamRecordedEvent[] = [];
  const bell = createBell();
  let failure: { error: unknown } | undefined;
  let isLive = false;
  let reached: Position | undefined;
  /** Told while events from before were still on their way to us. */
  let told: { reached?: Position; isLive?: true } = {};

  /** The client tells of checkpoints and of being caught up ahead of the events that it still holds. */
  const settle = (): void => {
    if (subscription.readableLength > 0) return;
    reached = told.reached ?? reached;
    isLive ||= told.isLive ?? false;
    if (told.reached !== undefined || told.isLive) bell.ring();
    told = {};
  };
  const fail = (error: unknown): void => {
    failure ??= { error };
    bell.ring();
  };
  const subscription = subscribe((_subscription, { commit, prepare }) => {
    // While catching up, it names an event that was not looked at yet, with 0 for prepare.
    if (commit === prepare) told.reached = commit;
    settle();
  });
  subscription.on('caughtUp', () => {
    told.isLive = true;
    settle();
  });
  subscription.on('data', ({ event }: AllStreamResolvedEvent) => {
    if (event !== undefined) queue.push(event);
    if (queue.length >= most) subscription.pause();
    settle();
    bell.ring();
  });
  subscription.on('error', fail);
  subscription.on('end', () => {
    fail(new Error('the server ended the subscription'));
  });
  return {
    take: (limit) => {
      if (!bell.isRung()) return undefined;
      const events = queue.splice(0, limit);
      const isAll = queue.length === 0;
      if (isAll) bell.reset();
      if (queue.length < most && failure === undefined) subscription.resume();
      const isCaughtUp = isLive && isAll && failure === undefined && subscription.readableLength === 0;
      return { events, reached: isAll ? reached : undefined, isCaughtUp };
    },
    news: async (signal, waitMs) => {
      if (failure === undefined) await bell.heard(signal, waitMs);
    },
    failure: () => failure,
    isCurrent,
    close: () => {
      // Leaving it alone would leave the call to the server open.
      subscription.unsubscribe().catch(() => undefined);
    },
  };
};

/** Rung once there is something to take, until all is taken. */
const createBell = () => {
  let isRung = false;
  let wake: (() => void) | undefined;
  return {
    isRung: () => isRung,
    ring: (): void => {
      isRung = true;
      wake?.();
    },
    reset: (): void => {
      isRung = false;
    },
    heard: (signal: AbortSignal, waitMs: number): Promise<void> =>
      new Promise((resolve) => {
        if (isRung || signal.aborted) {
          resolve();
          return;
        }
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          wake = undefined;
          resolve();
        };
        const timer = setTimeout(done, waitMs);
        signal.addEventListener('abort', done);
        wake = done;
      }),
  };
};
