import { InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import type { AccountAnswer, AccountView } from '@tollgate/contracts';
import { SettingsError } from '../settings';
import {
  accountAnswerReading,
  accountPageReading,
  accountReading,
  historyPageReading,
  problemReading,
} from './answers';
import type { HistoryReading } from './answers';

/** Nothing answered, or the connection was lost before the answer was complete; the same can be sent again. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
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
}

/** Where a running Tollgate answers; every command that talks to one has this option. */
export const urlOption = (): Option =>
  new Option('--url <url>', 'where Tollgate answers')
    .env('TOLLGATE_URL')
    .default('http://127.0.0.1:8400')
    .argParser((text: string) => {
      if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
        throw new InvalidArgumentError('It must be like http://127.0.0.1:8400.');
      const { username, password, pathname, search, hash, origin } = new URL(text);
      // Commander would print the whole text, and with it the password.
      if (username !== '' || password !== '') throw new SettingsError('--url: must hold no name and no password');
      if (pathname !== '/' || search !== '' || hash !== '')
        throw new InvalidArgumentError(`It must be nothing but ${origin}.`);
      return text;
    });

type Call = { method?: 'GET' | 'POST' | 'PUT'; body?: string | Uint8Array; headers?: Record<string, string> };

const answerTimeoutMs = 120_000;

export type TollgateClient = ReturnType<typeof createClient>;

/** The calls of DESIGN section 4 that the commands make. They reject with `ConnectionError` and `AnswerError`. */
export const createClient = (url: string) => {
  const json = async <Body>(schema: z.ZodType<Body>, path: string, call?: Call): Promise<Body> =>
    parsed(schema, await text(path, call));
  const text = async (path: string, call: Call = {}): Promise<string> => {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    const answer = await connect(url, path, { ...call, signal });
    return whole(url, answer);
  };
  const sendJson = (method: 'POST' | 'PUT', path: string, body: object): Promise<AccountAnswer> =>
    json(accountAnswerReading, path, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });

  return {
    url,
    /** Resolves if Tollgate answers there. */
    check: (): Promise<string> => text('/healthz'),
    account: (accountId: string, minPosition?: string): Promise<AccountView> =>
      json(accountReading, withMinimum(accountPath(accountId), minPosition)),
    /** Every account, page by page in the order of their ids. */
    accountPages: async function* (limit: number): AsyncGenerator<AccountView[]> {
      for (let after = ''; ;) {
        const { items, next } = await json(accountPageReading, `/v1/accounts?limit=${String(limit)}${after}`);
        yield items;
        if (next === null) return;
        after = `&after=${encodeURIComponent(next)}`;
      }
    },
    /** Every event of an account, oldest first. */
    history: async function* (accountId: string): AsyncGenerator<HistoryReading> {
      for (let after = ''; ;) {
        const path = `${accountPath(accountId)}/history?limit=1000${after}`;
        const { items, next } = await json(historyPageReading, path);
        yield* items;
        if (next === null) return;
        after = `&after=${next}`;
      }
    },
    openAccount: (opening: object): Promise<AccountAnswer> => sendJson('POST', '/v1/accounts', opening),
    changeCutoff: (accountId: string, cutoff: object): Promise<AccountAnswer> =>
      sendJson('PUT', `${accountPath(accountId)}/cutoff`, cutoff),
    /** Lines of NDJSON for `POST /v1/batch`, and what the client says of them; resolves with a line of NDJSON for each. */
    batch: (lines: Uint8Array, headers?: Record<string, string>): Promise<string> =>
      text('/v1/batch', ndjsonCall(lines, headers)),
    /** What `batch` would answer; records nothing. */
    dryRun: (lines: Uint8Array): Promise<string> => text('/v1/batch?dryRun=true', ndjsonCall(lines)),
    /** The stream of commands, as bytes, until it ends or is aborted. */
    commandStream: async (options: { lastEventId?: string | undefined; isFromStart: boolean; signal: AbortSignal }) => {
      const { lastEventId, isFromStart, signal } = options;
      const headers = {
        accept: 'text/event-stream',
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      };
      const answer = await connect(url, `/v1/traffic-control${isFromStart ? '?from=start' : ''}`, { headers, signal });
      if (!answer.ok || answer.body === null) await whole(url, answer);
      return answer.body ?? new ReadableStream<Uint8Array>();
    },
  };
};

const ndjsonCall = (lines: Uint8Array, headers?: Record<string, string>): Call => ({
  method: 'POST',
  body: lines,
  headers: { 'content-type': 'application/x-ndjson', ...headers },
});

const accountPath = (accountId: string): string => `/v1/accounts/${encodeURIComponent(accountId)}`;

const withMinimum = (path: string, minPosition: string | undefined): string =>
  minPosition === undefined ? path : `${path}?minPosition=${minPosition}`;

const connect = async (url: string, path: string, call: Call & { signal: AbortSignal }): Promise<Response> => {
  try {
    return await fetch(new URL(path, url), call);
  } catch (error) {
    const cause = causeOf(error);
    const isAbsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'].includes(cause.code ?? '');
    throw new ConnectionError(
      isAbsent
        ? `nothing answers at ${url}: start it with \`npm start\`, or say where it is with --url`
        : `the connection to ${url} was lost: ${cause.message}`,
    );
  }
};

/** The text of an answer; throws `AnswerError` if it says that the call failed. */
const whole = async (url: string, answer: Response): Promise<string> => {
  const text = await answer.text().catch((error: unknown) => {
    throw new ConnectionError(`the connection to ${url} was lost: ${causeOf(error).message}`);
  });
  if (answer.ok) return text;
  const problem = problemReading.safeParse(jsonOf(text));
  const said = problem.success ? `${problem.data.code}: ${problem.data.detail}` : text.slice(0, 200);
  if (problem.success) throw new AnswerError(answer.status, said, problem.data.code);
  throw new AnswerError(answer.status, `${url} answered ${String(answer.status)}: ${said}`);
};

const parsed = <Body>(schema: z.ZodType<Body>, text: string): Body => {
  const result = schema.safeParse(jsonOf(text));
  if (result.success) return result.data;
  throw new Error(`that is not an answer of Tollgate: ${text.slice(0, 200)}`);
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
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
