import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '@tollgate/event-store';
import { createPublisher } from '@tollgate/kafka';
import type { Following } from '@tollgate/service-runtime';
import { createNewest } from './newest-command';
import { keepNewestLast } from './newest-last';
import type { OutputTopicParts } from './output-parts';
import type { Settled } from './settle-topic';
import { untilAborted } from './until-aborted';
import { watchTopic } from './watch-topic';

type Running = {
  settled: Settled;
  signal: AbortSignal;
  /** Handed the relay when it has started, and nothing when it has stopped. */
  onRelay(relay: Following | undefined): void;
};

/** Relays to a topic that holds what it should. Resolves with why it no longer does, or with nothing on request to stop. */
export const publishUntilLost = async (
  parts: OutputTopicParts,
  { settled: { isThere, unseen }, signal, onRelay }: Running,
): Promise<string | undefined> => {
  const { client, output, table, place } = parts;
  const { topic } = output;
  const publisher = createPublisher(client);
  const { publish, lost } = watchTopic(parts, publisher);
  const newest = createNewest(table);
  const relay = output.start({
    ...{ ...parts, store: place, topic, publish },
    isChosen: (event) => {
      if (isThere(event)) return false;
      if (output.compacted) newest.note(event);
      return true;
    },
  });
  onRelay(relay);
  const ending = new AbortController();
  const either = AbortSignal.any([signal, ending.signal]);
  const following =
    unseen.size > 0 &&
    keepNewestLast({
      ...{ ...parts, topic, newest, unseen, publish, signal: either },
      folded: () => foldedTo(parts),
      onSeen: (partition, offset) => place.seen.set(partition, offset),
      isAcknowledged: (position: Position) => relay.reached(position, 0),
    });
  try {
    const ends = following === false ? [relay.done] : [relay.done, following];
    return await Promise.race([...ends.map((end) => end.then(() => undefined)), lost(signal), untilAborted(signal)]);
  } finally {
    ending.abort();
    await Promise.all([relay.stop(), publisher.close(), following]);
    onRelay(undefined);
  }
};

const foldedLimitMs = 1_000;
const foldedPollMs = 20;

/** The position may be that of an event that is not ours, which no table comes to. */
const foldedTo = async ({ place, table }: OutputTopicParts): Promise<void> => {
  const until = Date.now() + foldedLimitMs;
  while ((table.position() ?? 0n) < (place.position() ?? 0n) && Date.now() < until) await delay(foldedPollMs);
};
