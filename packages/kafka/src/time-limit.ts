import { setTimeout as sleep } from 'node:timers/promises';

/** What the promise gives, or `late` once `limitMs` have passed. The promise itself goes on. */
export const withTimeLimit = async <T, L>(promise: Promise<T>, limitMs: number, late: L): Promise<T | L> => {
  const timer = new AbortController();
  const timeout = sleep(Math.max(0, limitMs), late, { signal: timer.signal });
  timeout.catch(() => undefined);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    timer.abort();
  }
};
