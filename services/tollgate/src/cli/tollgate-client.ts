import { InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import { path as pathOf, textOf } from '@tollgate/client';
import type { Call } from '@tollgate/client';
import type { AccountAnswer, AccountView } from '@tollgate/contracts';
import { SettingsError } from '../settings';
import { accountAnswerReading, accountPageReading, accountReading, historyPageReading } from './answers';
import type { HistoryReading } from './answers';

const usualUrl = 'http://127.0.0.1:8400';

/** Where Tollgate answers where nobody says otherwise. */
export const urlOf = (environment: NodeJS.ProcessEnv): string => environment['TOLLGATE_URL'] ?? usualUrl;

/** Where a running Tollgate answers; every command that talks to one has this option. */
export const urlOption = (): Option =>
  new Option('--url <url>', 'where Tollgate answers')
    .env('TOLLGATE_URL')
    .default(usualUrl)
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

const answerTimeoutMs = 120_000;

/** An account as it was, as `GET /v1/accounts/{id}` takes it. */
export type Moment = Partial<Record<'occurredBefore' | 'recordedBefore' | 'atPosition', string>>;

type AccountQuery = Moment & { minPosition?: string };

export type TollgateClient = ReturnType<typeof createClient>;

/** The calls of DESIGN section 4 that the commands make. They reject with `ConnectionError` and `AnswerError`. */
export const createClient = (url: string) => {
  const json = async <Body>(schema: z.ZodType<Body>, path: string, call?: Call): Promise<Body> =>
    parsed(schema, await text(path, call));
  /** Tried once: who waits at a terminal is told at once what is wrong. */
  const text = (path: string, call: Call = {}): Promise<string> =>
    textOf(new URL(path, url), call, { timeoutMs: answerTimeoutMs, patienceMs: 0 });
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
    account: async (accountId: string, query: AccountQuery = {}): Promise<AccountView> =>
      json(accountReading, withQuery(pathOf`/v1/accounts/${accountId}`, query)),
    /** Every account, page by page in the order of their ids. */
    accountPages: async function* (limit: number, moment: Moment = {}): AsyncGenerator<AccountView[]> {
      for (let after: string | undefined; ;) {
        const path = withQuery('/v1/accounts', { limit: String(limit), ...moment, after });
        const { items, next } = await json(accountPageReading, path);
        yield items;
        if (next === null) return;
        after = next;
      }
    },
    /** Every event of an account, oldest first. */
    history: async function* (accountId: string): AsyncGenerator<HistoryReading> {
      for (let after = ''; ;) {
        const path = `${pathOf`/v1/accounts/${accountId}/history`}?limit=1000${after}`;
        const { items, next } = await json(historyPageReading, path);
        yield* items;
        if (next === null) return;
        after = `&after=${next}`;
      }
    },
    openAccount: (opening: object): Promise<AccountAnswer> => sendJson('POST', '/v1/accounts', opening),
    closeStatement: async (accountId: string, closing: { statementId: string; to: string }): Promise<void> => {
      const path = pathOf`/v1/accounts/${accountId}/statements`;
      const headers = { 'content-type': 'application/json' };
      await text(path, { method: 'POST', body: JSON.stringify(closing), headers });
    },
    changeCutoff: async (accountId: string, cutoff: object): Promise<AccountAnswer> =>
      sendJson('PUT', pathOf`/v1/accounts/${accountId}/cutoff`, cutoff),
    /** Lines of NDJSON for `POST /v1/batch`, and what the client says of them; resolves with a line of NDJSON for each. */
    batch: (lines: Uint8Array, headers?: Record<string, string>): Promise<string> =>
      text('/v1/batch', ndjsonCall(lines, headers)),
    /** What `batch` would answer; records nothing. */
    dryRun: (lines: Uint8Array): Promise<string> => text('/v1/batch?dryRun=true', ndjsonCall(lines)),
  };
};

const ndjsonCall = (lines: Uint8Array, headers?: Record<string, string>): Call => ({
  method: 'POST',
  body: lines,
  headers: { 'content-type': 'application/x-ndjson', ...headers },
});

const withQuery = (path: string, query: Readonly<Record<string, string | undefined>>): string => {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.append(name, value);
  return given.size === 0 ? path : `${path}?${String(given)}`;
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
