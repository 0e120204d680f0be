import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { Log } from '@tollgate/service-runtime';
import { Refused } from './ledger';
import type { Ledger, Leg } from './ledger';

const backoff = { firstMs: 100, limitMs: 10_000 };
/** Beyond that the reservation has expired, or stands in the ledger's list of those that are not settled. */
const attempts = 60;

export type Releases = { release(leg: Leg, usedSeconds?: number): void; waiting(): number; stop(): void };

/** Gives back what calls do not need, and tries until the ledger has it; nobody waits for that. */
export const createReleases = (ledger: Ledger, logger: Log): Releases => {
  const stopping = new AbortController();
  let waiting = 0;
  const release = async (leg: Leg, usedSeconds?: number): Promise<void> => {
    for (let attempt = 0; attempt < attempts && !stopping.signal.aborted; attempt += 1) {
      try {
        await ledger.release(leg, usedSeconds);
        return;
      } catch (error) {
        if (error instanceof Refused) {
          logger.debug({ ...leg, error: error.message }, 'There was nothing to give back');
          return;
        }
        await delay(backoffMs(attempt, backoff), undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
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
