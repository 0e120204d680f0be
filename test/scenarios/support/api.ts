import { request } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

type Json = null | boolean | number | string | Json[] | { [field: string]: Json };
export type Fields = Record<string, Json>;

export type Answer = { status: number; headers: IncomingHttpHeaders; text: string };
export type JsonAnswer = Answer & { body: Fields };

export type Sent = { method: string; path: string; headers?: OutgoingHttpHeaders; body?: string | Uint8Array };

/** Exactly this request, byte for byte, and what came back. */
export const send = (url: string, { method, path, headers, body }: Sent): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const outgoing = request(url + path, { method, headers: { ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });

const sendJson = async (url: string, sent: Sent): Promise<JsonAnswer> => {
  const answer = await send(url, sent);
  return { ...answer, body: JSON.parse(answer.text) as Fields };
};

const withBody =
  (method: string) =>
  (url: string, path: string, body: unknown): Promise<JsonAnswer> =>
    sendJson(url, { method, path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

export const post = withBody('POST');
export const put = withBody('PUT');
export const get = (url: string, path: string): Promise<JsonAnswer> => sendJson(url, { method: 'GET', path });

/** Opens accounts whose inbound traffic is cut off at zero. */
export const openPrepaid = async (url: string, accountIds: readonly string[]): Promise<void> => {
  for (const accountId of accountIds)
    await post(url, '/v1/accounts', { accountId, currency: 'EUR', cutoff: { balances: ['inbound'] } });
};

/** The answers to a batch, a line each. */
export const postBatch = async (url: string, lines: readonly (object | string)[]): Promise<Fields[]> => {
  const body = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  const headers = { 'content-type': 'application/x-ndjson' };
  const answer = await send(url, { method: 'POST', path: '/v1/batch', headers, body });
  if (answer.status !== 200) throw new Error(`the batch was answered ${String(answer.status)}: ${answer.text}`);
  return linesOf(answer.text);
};

export const linesOf = (text: string): Fields[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Fields);

/** Every item of a list, page by page. */
export const readAll = async (url: string, path: string, limit = 1_000): Promise<Fields[]> => {
  const items: Fields[] = [];
  for (let after = ''; ;) {
    const query = `limit=${String(limit)}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`;
    const { status, body, text } = await get(url, `${path}${path.includes('?') ? '&' : '?'}${query}`);
    if (status !== 200) throw new Error(`${path} was answered ${String(status)}: ${text}`);
    items.push(...(body['items'] as Fields[]));
    if (body['next'] === null) return items;
    after = body['next'] as string;
  }
};
