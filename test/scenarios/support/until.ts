import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 20;

/** Asks again and again until there is something other than undefined or false; fails with `what` after `timeoutMs`. */
export const until = async <Value>(
  what: string,
  ask: () => Value | false | undefined | Promise<Value | false | undefined>,
  timeoutMs = 60_000,
): Promise<Value> => {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await ask();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`waited ${String(timeoutMs / 1_000)} s in vain: ${what}`);
    await delay(pollMs);
  }
};
