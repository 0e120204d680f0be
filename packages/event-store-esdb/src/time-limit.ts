import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import { LogDamaged, LogUnavailable } from '@tollgate/event-store';
import { failureOf, inOurWords, reasonOf } from './failure';

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
      reject(new TimeLimit(`no answer within ${String(Math.round(limitMs))} ms`));
    }, limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};

export class TimeLimit extends Error {}

/** Rejects when the signal is aborted, whatever still becomes of it; then nothing is begun any more. */
export const unlessAborted = async <Result>(signal: AbortSignal, begin: () => Promise<Result>): Promise<Result> => {
  const stopped = (): LogUnavailable =>
    new LogUnavailable('the event store is waited for no longer, for this process stops');
  if (signal.aborted) throw stopped();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => {
      reject(stopped());
    };
    signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([begin(), aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
};

const backoff = { firstMs: 20, limitMs: 1_000 };

/**
 * Does the same again while the store is not available. Throws `LogUnavailable` once patience is over, though an attempt may still go on,
 * and at once what no patience helps against.
 */
export const patiently = async <Result>(patienceMs: number, attempt: () => Promise<Result>): Promise<Result> => {
  const endMs = performance.now() + patienceMs;
  for (let failures = 0; ; failures += 1) {
    try {
      return await withinMs(attempt(), endMs - performance.now());
    } catch (error) {
      if (isFinal(error)) throw error;
      const failure = failureOf(error);
      if (failure === 'deleted') throw new LogDamaged(`a stream of the log was deleted for good: ${reasonOf(error)}`);
      if (failure === 'denied') throw unavailable(error);
      if (failure !== 'unavailable') throw error;
      const pauseMs = backoffMs(failures, backoff);
      if (performance.now() + pauseMs >= endMs) throw unavailable(error);
      await delay(pauseMs);
    }
  }
};

/** One of our own, that says so. */
const isFinal = (error: unknown): boolean =>
  error instanceof LogUnavailable || (error instanceof Error && 'retriable' in error && error.retriable === false);

/** What the client says of it is for the log of this process, as its cause: it means little to others. */
const unavailable = (error: unknown): LogUnavailable => new LogUnavailable(unavailableText(error), { cause: error });

export const unavailableText = (error: unknown): string =>
  failureOf(error) === 'denied'
    ? `the event store refuses this user (${reasonOf(error)}): its name or password is wrong, or it lacks the rights of infra/eventstore/access.json`
    : `the event store is not available: ${inOurWords(error)}`;
