import { AnswerError, createClient } from '@tollgate/client';
import { Refused } from './ledger';
import type { Ledger } from './ledger';

/** One try each, of so long: a call waits for it, and whoever can wait tries again. */
export const httpLedger = (url: string, timeoutMs: number): Ledger => {
  const client = createClient(url, { timeoutMs, patienceMs: 0 });
  return {
    authorize: (body) => client.authorize(body).catch(rethrow),
    extend: (leg, number) => client.extend({ ...leg, number }).catch(rethrow),
    release: async (leg, usedSeconds) => {
      await client.release({ ...leg, ...(usedSeconds !== undefined && { usedSeconds }) }).catch(rethrow);
    },
    acknowledge: async (acknowledgement) => {
      await client.acknowledge(acknowledgement).catch(rethrow);
    },
  };
};

const rethrow = (error: unknown): never => {
  if (error instanceof AnswerError && error.status < 500) throw new Refused(error.message);
  throw error;
};
