import { setImmediate as turn } from 'node:timers/promises';
import type { AllStreamRecordedEvent } from '@eventstore/db-client';
import { LogDamaged, SubscriptionDropped } from '@tollgate/event-store';
import type { Position } from '@tollgate/event-store';
import { failureOf } from './failure';
import type { Delivery, Feed } from './feed';
import type { Store } from './store';
import { unavailableText } from './time-limit';
import type { Timing } from './time-limit';

export type StoreBatch = { events: readonly AllStreamRecordedEvent[]; position: Position; isCaughtUp: boolean };

type Followed = { store: Store; timing: Pick<Timing, 'silenceMs'> };

type Selection = {
  after: Position | undefined;
  /** As the streams are called in the store. */
  prefixes: readonly string[];
  maxEvents: number;
  signal: AbortSignal;
};

/** Where one subscription after another has come to. */
type Progress = { position: Position | undefined; isTold: boolean };

/**
 * Events of $all in its order, without a gap and none twice. A subscription that the server gives up in a burst of events is taken up
 * again from the last event that was handed over; so is one that is silent while the store is not. Throws `SubscriptionDropped` for
 * everything else.
 */
export async function* followStore({ store, timing }: Followed, selection: Selection): AsyncGenerator<StoreBatch> {
  const { after, signal, maxEvents, prefixes } = selection;
  const progress: Progress = { position: after, isTold: false };
  await requirePosition(store, after);
  while (!signal.aborted) {
    const end = await endOf(store);
    const feed = store.feed({ after: progress.position, prefixes, most: 2 * maxEvents });
    progress.isTold = false;
    try {
      yield* batchesOf(feed, progress, { store, timing, end, ...selection });
    } finally {
      feed.close();
    }
  }
}

type OneFeed = Followed & Pick<Selection, 'maxEvents' | 'signal'> & { end: Position };

/** Ends where another subscription has to go on. */
async function* batchesOf(feed: Feed, progress: Progress, one: OneFeed): AsyncGenerator<StoreBatch> {
  const { maxEvents, signal, timing, end } = one;
  const before = progress.position;
  for (;;) {
    await feed.news(signal, timing.silenceMs);
    // What has come with it makes one batch.
    await turn();
    if (signal.aborted || !feed.isCurrent()) return;
    const taken = feed.take(maxEvents);
    if (taken === undefined) {
      if (await isOver(feed, progress.position !== before || progress.isTold, { one, progress })) return;
      continue;
    }
    const batch = batchOf(taken, progress, end);
    if (batch !== undefined) yield batch;
  }
}

/** Absent where it would tell nothing new. */
const batchOf = (
  { events, reached, isCaughtUp }: Delivery,
  progress: Progress,
  end: Position,
): StoreBatch | undefined => {
  const before = progress.position;
  // What was in the store before the subscription began has been delivered once that is live.
  const position = latest(before, events.at(-1)?.position.commit, reached, isCaughtUp ? end : undefined);
  if (position === undefined || (position === before && (progress.isTold || !isCaughtUp))) return undefined;
  progress.position = position;
  progress.isTold = isCaughtUp;
  return { events, position, isCaughtUp };
};

/** Where nothing comes: whether another subscription has to go on. Throws where that is for the reader to decide. */
const isOver = async (
  feed: Feed,
  isMoving: boolean,
  { one, progress }: { one: OneFeed; progress: Progress },
): Promise<boolean> => {
  const failure = feed.failure();
  if (failure === undefined) return isBehind(one.store, progress);
  if (isMoving && failureOf(failure.error) === 'burst') return true;
  throw new SubscriptionDropped(unavailableText(failure.error), { cause: failure.error });
};

/** After a silence. A store that does not even answer this may have lost its quorum, of which subscriptions are not told. */
const isBehind = async (store: Store, { position }: Progress): Promise<boolean> => {
  const end = await endOf(store);
  return position === undefined || end > position;
};

const endOf = async (store: Store): Promise<Position> => {
  const end = await store.last().catch((error: unknown) => {
    throw new SubscriptionDropped(unavailableText(error), { cause: error });
  });
  if (end === undefined) throw new LogDamaged('the event store has lost the event that names the ledger');
  return end;
};

/** A subscription from a position that is none fails for no reason told; beyond the end it waits there in silence. */
const requirePosition = async (store: Store, after: Position | undefined): Promise<void> => {
  if (after === undefined) return;
  const event = await store.read(after).catch((error: unknown) => {
    throw new SubscriptionDropped(unavailableText(error), { cause: error });
  });
  if (event === undefined)
    throw new LogDamaged(
      `asked to go on after ${String(after)}, which is no position in this store: it is another or an older copy`,
    );
};

const latest = (...positions: (Position | undefined)[]): Position | undefined =>
  positions.reduce((one, other) => (one === undefined || (other !== undefined && other > one) ? other : one));
