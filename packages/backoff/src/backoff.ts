/** How long a first pause is at most, and any later one. */
export type Backoff = { firstMs: number; limitMs: number };

/**
 * For how long to wait before trying again: up to twice as long with every attempt (from 0), never beyond the limit. A random half of it
 * is left out, so that all who lost the same thing at the same moment do not come back for it at the same moment.
 */
export const backoffMs = (
  attempt: number,
  { firstMs, limitMs }: Backoff,
  random: () => number = Math.random,
): number => {
  const mostMs = Math.min(limitMs, firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(mostMs * (1 - random() / 2));
};
