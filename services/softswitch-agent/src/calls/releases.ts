import type { Log } from '@tollgate/service-runtime';
import { Refused } from './ledger';
import type { Ledger, Leg } from './ledger';
import { untilTold } from './until-told';

const backoff = { firstMs: 100, limitMs: 10_000 };
/** Beyond that the reservation has expired, or stands in the ledger's list of those that are not settled. */
const attempts = 60;

export type Releases = { release(leg: Leg, usedSeconds?: number): void; waiting(): number; stop(): void };

/** Gives back what calls do not need, and tries until the ledger has it; nobody waits for that. */
export const createReleases = (ledger: Ledger, logger: Log): Releases => {
  const stopping = new AbortController();
  let waiting = 0;
  const release = async (leg: Leg, usedSeconds?: number): Promise<void> => {
    const { signal } = stopping;
    const told = await untilTold(() => ledger.release(leg, usedSeconds), { backoff, signal, attempts });
    if (told instanceof Refused) logger.debug({ ...leg, error: told.message }, 'There was nothing to give back');
    if (told === undefined)
      logger.warn(
        { ...leg },
        'A reservation could not be given back; it stays until its usage comes or it is written off',
      );
  };
  return {
    release: (leg, usedSeconds) => {
      waiting += 1;
      void release(leg, usedSeconds).finally(() => (waiting -= 1));
    },
    waiting: () => waiting,
    stop: () => {
      stopping.abort();
    },
  };
};
