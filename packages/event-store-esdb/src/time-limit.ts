import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import { LogDamaged, LogUnavailable } from '@tollgate/event-store';
import { failureOf, reasonOf } from './failure';

/** How long the store may take. */
export type Timing = {
  /** For one call. */
  callMs: number;
  /** For one call and all attempts after it, until the store is taken for unavailable; a failover takes up to 20 s. */
  patienceMs: number;
  /** Without a sign from a live subscription, until it is looked after. */
  silenceMs: number;
};

export const usualTiming: Timing = { callMs: 5_000, patienceMs: 20_000, silenceMs: 10_000 };

/** Rejects when it takes longer, whatever still becomes of it. */
export const withinMs = async <Result>(promise: Promise<Result>, limitMs: number): Promise<Result> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new TimeLimit(`no answer within ${String(limitMs)} ms`));
    }, limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};

export class TimeLimit extends Error {}

const backoff = { firstMs: 20, limitMs: 1_000 };

/** Does the same again while the store is not available. Throws `LogUnavailable` in the end, and at once what no patience helps against. */
export const patiently = async <Result>(patienceMs: number, attempt: () => Promise<Result>): Promise<Result> => {
  const endMs = performance.now() + patienceMs;
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (isFinal(error)) throw error;
      const failure = failureOf(error);
      if (failure === 'deleted') throw new LogDamaged(`a stream of the log was deleted for good: ${reasonOf(error)}`);
      if (failure === 'denied') throw new LogUnavailable(unavailableText(error));
      if (failure !== 'unavailable') throw error;
      const pauseMs = backoffMs(failures, backoff);
      if (performance.now() + pauseMs >= endMs) throw new LogUnavailable(unavailableText(error));
      await delay(pauseMs);
    }
  }
};

/** One of our own, that says so. */
const isFinal = (error: unknown): boolean =>
  error instanceof Error && 'retriable' in error && error.retriable === false;

export const unavailableText = (error: unknown): string =>
  failureOf(error) === 'denied'
    ? `the event store refuses this user (${reasonOf(error)}): see the access list of event-store-esdb`
    : `the event store is not available: ${reasonOf(error)}`;
