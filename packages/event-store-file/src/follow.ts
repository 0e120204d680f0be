import { LogDamaged } from '@tollgate/event-store';
import type { EventBatch, EventBody, Place, RecordedEvent, Subscription } from '@tollgate/event-store';

export type Followed<Body extends EventBody> = {
  /** Place of the last event, 0 while there is none. */
  last(): Place;
  isClosed(): boolean;
  /** Why the log cannot go on: whoever follows it ends with that. */
  stuck(): Error | undefined;
  /** Reads of this subscription only. */
  reader: BatchReader<Body>;
  news: News;
  turn(): Promise<void>;
};

/** Events after `place`: at most so many, of those that are wanted; `through` is the last one that was looked at. */
export type BatchReader<Body extends EventBody> = (
  place: Place,
  limit: number,
) => Promise<{ events: RecordedEvent<Body>[]; through: Place }>;

/** The batches of one subscription: from the log until it is caught up, then whenever there is news. */
export const follow = async function* <Body extends EventBody>(
  { last, isClosed, stuck, reader, news, turn }: Followed<Body>,
  { after = 0n, maxEvents, signal }: Pick<Subscription, 'after' | 'signal'> & { maxEvents: number },
): AsyncGenerator<EventBatch<Body>> {
  let place = Number(after);
  if (place > last())
    throw new LogDamaged(
      `asked to go on after ${String(place)}, but the log ends at ${String(last())}: it is an older copy`,
    );
  let isTold = false;
  while (!signal.aborted && !isClosed()) {
    const failure = stuck();
    if (failure !== undefined) throw failure;
    if (place < last() || !isTold) {
      const batch = await reader(place, maxEvents).catch(unlessClosed(isClosed));
      if (batch === undefined) return;
      const { events, through } = batch;
      place = through;
      isTold = place >= last();
      yield { events, position: BigInt(place), isCaughtUp: isTold };
      // Reading is synchronous: let others have their turn between two batches of a long catch-up.
      if (!isTold) await turn();
    } else await news.wait(signal);
  }
};

const unlessClosed =
  (isClosed: () => boolean) =>
  (error: unknown): undefined => {
    if (!isClosed()) throw error;
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
