import { LogDamaged } from '@tollgate/event-store';
import type { EventBatch, EventBody, RecordedEvent, Subscription } from '@tollgate/event-store';

type Followed<Body extends EventBody> = {
  /** Position of the last event, 0 while there is none. */
  last(): number;
  isClosed(): boolean;
  /** Why the log cannot go on: whoever follows it ends with that. */
  stuck(): Error | undefined;
  read(from: number, limit: number, prefixes: readonly string[]): { events: RecordedEvent<Body>[]; through: number };
  news: News;
};

const defaultBatchEvents = 1_000;

/** The batches of one subscription: from the log until it is caught up, then whenever there is news. */
export const follow = async function* <Body extends EventBody>(
  { last, isClosed, stuck, read, news }: Followed<Body>,
  { after = 0n, prefixes, maxEvents = defaultBatchEvents, signal }: Subscription,
): AsyncGenerator<EventBatch<Body>> {
  let position = Number(after);
  if (position > last())
    throw new LogDamaged(
      `asked to go on after ${String(position)}, but the log ends at ${String(last())}: it is an older copy`,
    );
  let isTold = false;
  while (!signal.aborted && !isClosed()) {
    const failure = stuck();
    if (failure !== undefined) throw failure;
    if (position < last() || !isTold) {
      const { events, through } = read(position + 1, maxEvents, prefixes);
      position = Math.max(position, through);
      isTold = position >= last();
      yield { events, position: BigInt(position), isCaughtUp: isTold };
      // Reading is synchronous: let others have their turn between two batches of a long catch-up.
      if (!isTold) await new Promise(setImmediate);
    } else await news.wait(signal);
  }
};

export type News = { announce(): void; wait(signal: AbortSignal): Promise<void> };

/** Wakes whoever waits for the next append. */
export const createNews = (): News => {
  let wakers = new Set<() => void>();
  return {
    announce: () => {
      const woken = wakers;
      wakers = new Set();
      for (const wake of woken) wake();
    },
    wait: (signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake);
          wakers.delete(wake);
          resolve();
        };
        wakers.add(wake);
        signal.addEventListener('abort', wake);
      }),
  };
};
