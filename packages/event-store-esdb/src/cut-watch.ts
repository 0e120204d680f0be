import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import { followStore } from './follow';
import type { Store } from './store';
import type { StoreNames } from './store-names';
import type { Timing } from './time-limit';

/** Streams whose history an administrator of the store has cut, or set to be cut. */
export type CutWatch = {
  /** Each as `stream (what does it)`. */
  cut(): string[];
  stop(): Promise<void>;
};

type Parts = { store: Store; names: StoreNames; timing: Pick<Timing, 'silenceMs'> };

const systemPrefix = '$$';
const backoff = { firstMs: 50, limitMs: 5_000 };

/**
 * Looks through all changes that were ever made to the metadata of the log's streams, and then at each as it is made. A soft delete is one
 * of them. What counts is what holds now.
 */
export const watchCuts = ({ store, names, timing }: Parts): CutWatch => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const cut = new Map<string, string>();
  let after: bigint | undefined;
  let failures = 0;

  const look = async (name: string): Promise<void> => {
    const stream = names.streamOf(name) ?? name;
    const by = await store.cutsOf(name);
    if (by.length === 0) cut.delete(stream);
    else cut.set(stream, by.join(', '));
  };
  const follow = async (): Promise<void> => {
    const selection = { after, prefixes: [systemPrefix + names.of('')], maxEvents: 500, signal };
    for await (const { events, position } of followStore({ store, timing }, selection)) {
      for (const name of new Set(events.map(({ streamId }) => streamId.slice(systemPrefix.length)))) await look(name);
      after = position;
      failures = 0;
    }
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted)
      try {
        await follow();
      } catch {
        // Readers and writers of the log tell of a store that is not available.
        await delay(backoffMs(failures, backoff), undefined, { signal }).catch(() => undefined);
        failures += 1;
      }
  };
  const done = run();
  return {
    cut: () => [...cut].map(([stream, by]) => `${stream} (${by})`),
    stop: () => {
      stopping.abort();
      return done;
    },
  };
};
