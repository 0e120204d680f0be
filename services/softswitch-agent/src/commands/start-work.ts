import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';

const backoff = { firstMs: 100, limitMs: 5_000 };

/** Does step after step while they find something to do, and waits to be woken where one does not; after a failure it pauses, ever longer. */
export const startWork = (step: () => Promise<boolean>, onFailure: (error: unknown) => void) => {
  const stopping = new AbortController();
  let wake = (): void => undefined;
  let failures = 0;

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      try {
        if (!(await step())) await woken;
        failures = 0;
      } catch (error) {
        onFailure(error);
        await delay(backoffMs(failures, backoff), undefined, { signal: stopping.signal }).catch(() => undefined);
        failures += 1;
      }
    }
  };
  const done = run();
  return {
    wake: (): void => {
      wake();
    },
    stop: async (): Promise<void> => {
      stopping.abort();
      wake();
      await done;
    },
  };
};
