import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { Backoff } from '@tollgate/backoff';
import { Refused } from './ledger';

type Patience = { backoff: Backoff; signal: AbortSignal; attempts?: number };

/** Tells the ledger something, again until it has it. What it will never take is its refusal; absent where it did not answer at all. */
export const untilTold = async (
  tell: () => Promise<void>,
  { backoff, signal, attempts = Infinity }: Patience,
): Promise<'told' | Refused | undefined> => {
  for (let attempt = 0; attempt < attempts && !signal.aborted; attempt += 1) {
    try {
      await tell();
      return 'told';
    } catch (error) {
      if (error instanceof Refused) return error;
      await delay(backoffMs(attempt, backoff), undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
};
