import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { Problem } from '@tollgate/contracts';

/** Nothing answered, or the connection was lost before the answer was complete; the same can be sent again. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly retriable = true;
}

/** The server answered with an error; the message is its `CODE: detail`. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly status: number;
  /** Absent where what answered is no Tollgate. */
  readonly code: string | undefined;

  constructor(status: number, message: string, code?: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** Tollgate, or what stands before it, cannot answer now. */
  get retriable(): boolean {
    return this.status === 503 || this.status === 502 || this.status === 504;
  }
}

export type Call = { method?: 'GET' | 'POST' | 'PUT'; body?: string | Uint8Array; headers?: Record<string, string> };
export type Patience = {
  /** How long one try may take. */
  timeoutMs: number;
  /** For how long it is tried again, from the first try on; 0: once. */
  patienceMs: number;
  signal?: AbortSignal | undefined;
};

const backoff = { firstMs: 100, limitMs: 2_000 };

/**
 * The text of an answer. Tries again with pauses where nothing answers or the answer is 503: whatever Tollgate takes counts once. Throws
 * `ConnectionError`, `AnswerError`, and the reason of `signal` once that is aborted.
 */
export const textOf = async (url: URL, call: Call, { timeoutMs, patienceMs, signal }: Patience): Promise<string> => {
  const until = performance.now() + patienceMs;
  for (let attempt = 0; ; attempt += 1) {
    const timeout = AbortSignal.timeout(timeoutMs);
    const ending = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
    try {
      return await whole(url, await connect(url, { ...call, signal: ending }));
    } catch (error) {
      signal?.throwIfAborted();
      const pauseMs = backoffMs(attempt, backoff);
      const isWorthwhile = error instanceof ConnectionError || (error instanceof AnswerError && error.retriable);
      if (!isWorthwhile || performance.now() + pauseMs > until) throw error;
      await delay(pauseMs, undefined, signal === undefined ? {} : { signal });
    }
  }
};

/** The answer as it begins to come. Throws `ConnectionError`. */
export const connect = async (url: URL, call: Call & { signal: AbortSignal }): Promise<Response> => {
  try {
    return await fetch(url, call);
  } catch (error) {
    const cause = causeOf(error);
    const isAbsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'].includes(cause.code ?? '');
    throw new ConnectionError(
      isAbsent
        ? `nothing answers at ${url.origin}: see that Tollgate runs (npm start) and listens there`
        : `the connection to ${url.origin} was lost: ${cause.message}`,
    );
  }
};

/** The text of an answer; throws `AnswerError` if it says that the call failed. */
export const whole = async (url: URL, answer: Response): Promise<string> => {
  const text = await answer.text().catch((error: unknown) => {
    throw new ConnectionError(`the connection to ${url.origin} was lost: ${causeOf(error).message}`);
  });
  if (answer.ok) return text;
  const problem = problemIn(text);
  if (problem !== undefined) throw new AnswerError(answer.status, `${problem.code}: ${problem.detail}`, problem.code);
  throw new AnswerError(answer.status, `${url.origin} answered ${String(answer.status)}: ${text.slice(0, 200)}`);
};

const problemIn = (text: string): Pick<Problem, 'code' | 'detail'> | undefined => {
  try {
    const value = JSON.parse(text) as Partial<Problem> | null;
    const { code, detail } = value ?? {};
    return typeof code === 'string' && typeof detail === 'string' ? { code, detail } : undefined;
  } catch {
    return undefined;
  }
};

/** Why a fetch failed: its own message is only "fetch failed". */
const causeOf = (error: unknown): { code?: string | undefined; message: string } => {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const message = cause instanceof Error && cause.message !== '' ? cause.message : (code ?? String(cause));
  return { code, message };
};
