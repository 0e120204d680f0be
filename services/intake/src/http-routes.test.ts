import { LogUnavailable } from '@tollgate/event-store';
import { createAdmission, createHttpServer } from '@tollgate/service-runtime';
import { addIntakeRoutes } from './http-routes';
import type { Item } from './intent';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const seconds = { requestTimeoutMs: 5_000, headersTimeoutMs: 5_000, idleTimeoutMs: 5_000 };
const receivedAt = '2026-01-31T12:00:00.000Z';

/** Records whatever it is given, unless it is told to fail. */
const createStubLedger = () => {
  const items: Item[] = [];
  let position = 0n;
  const stub = {
    items,
    queued: 0,
    failure: undefined as Error | undefined,
    submit: async (given: readonly Item[]) => {
      await Promise.resolve();
      if (stub.failure) throw stub.failure;
      items.push(...given);
      return given.map(() => {
        position += 1n;
        return { status: 'recorded', isDuplicate: false, revision: Number(position), position } as const;
      });
    },
    forecast: (given: readonly Item[]) => Promise.resolve(given.map(() => ({ status: 'acceptable' }) as const)),
  };
  return stub;
};

const ledger = createStubLedger();
const server = createHttpServer({ bodyBytes: 100_000, connections: 9, allowedHosts: [], ...seconds }, silent);
const admission = createAdmission({ maxBytes: 200_000, maxRecords: 10, queued: () => ledger.queued });
addIntakeRoutes(server, { ledger, clock: () => new Date(receivedAt), maxBatchLines: 100, admission });

let url = '';
beforeAll(async () => (url = await server.listen({ host: '127.0.0.1', port: 0 })));
afterAll(() => server.close());
beforeEach(() => {
  ledger.items.length = 0;
  ledger.queued = 0;
  ledger.failure = undefined;
});

const usage = { usageId: 'u"1"', accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' };
const said = { accountId: 'acme', reason: 'r', actor: 'a' };
const calls: [method: string, path: string, body: object][] = [
  ['POST', '/v1/usage', usage],
  ['POST', '/v1/payments', { paymentId: 'p', accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' }],
  ['POST', '/v1/adjustments', { adjustmentId: 'a', direction: 'inbound', amount: '-1', currency: 'EUR', ...said }],
  ['POST', '/v1/reversals', { reversalId: 'r', of: { kind: 'usage', id: 'u' }, ...said }],
  ['POST', '/v1/accounts', { accountId: 'acme', currency: 'EUR' }],
  ['PUT', '/v1/accounts/acme/cutoff', { balances: [] }],
  ['POST', '/v1/batch', { kind: 'usage', ...usage }],
];

const send = async (call: string, body: string, headers: Record<string, string> = {}) => {
  const [method = '', path = ''] = call.split(' ');
  const type = path.startsWith('/v1/batch') ? 'application/x-ndjson' : 'application/json';
  const answer = await fetch(url + path, { method, body, headers: { 'content-type': type, ...headers } });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};

describe.each(calls)('%s %s', (method, path, content) => {
  const body = JSON.stringify(content);

  test('records the id of the request, and what the client says of itself apart from it', async () => {
    const claims = { 'tollgate-file': 'calls%20of%20may.csv', 'tollgate-line': '18', 'tollgate-actor': 'ops' };
    const { status, headers } = await send(`${method} ${path}`, body, { 'request-id': 'mine', ...claims });
    expect([200, 201]).toContain(status);
    const channel = { http: headers.get('request-id') };
    const claimed = { file: 'calls of may.csv', actor: 'ops' };
    expect(ledger.items.map(({ metadata }) => metadata)).toEqual([
      { source: { receivedAt, channel, claimed }, line: 18 },
    ]);
    expect(channel.http).toMatch(/^[0-9a-f]{12}-\d+$/);
  });

  test('says nothing of a client that says nothing', async () => {
    const { headers } = await send(`${method} ${path}`, body);
    const channel = { http: headers.get('request-id') };
    expect(JSON.stringify(ledger.items[0]?.metadata)).toBe(JSON.stringify({ source: { receivedAt, channel } }));
  });

  test.each(['tollgate-file', 'tollgate-line', 'tollgate-actor'])('refuses a bad %s by its name', async (header) => {
    const { status, text } = await send(`${method} ${path}`, body, { [header]: '%' });
    expect([status, JSON.parse(text)]).toEqual([
      400,
      expect.objectContaining({ code: 'INVALID_REQUEST', detail: expect.stringMatching(`^${header}: `) as string }),
    ]);
    expect(ledger.items).toEqual([]);
  });

  test('is refused with Retry-After while too much is waiting', async () => {
    ledger.queued = 10;
    const { status, headers, text } = await send(`${method} ${path}`, body);
    expect([status, headers.get('retry-after'), JSON.parse(text)]).toEqual([
      503,
      '1',
      expect.objectContaining({ code: 'OVERLOADED' }),
    ]);
    expect(ledger.items).toEqual([]);
    ledger.queued = 9;
    expect([200, 201]).toContain((await send(`${method} ${path}`, body)).status);
  });

  test('gives back what it held, whatever the ledger answers', async () => {
    ledger.failure = new LogUnavailable('the disk is full');
    expect(await send(`${method} ${path}`, body)).toMatchObject({
      status: 503,
      text: expect.stringContaining('STORE_UNAVAILABLE') as string,
    });
    ledger.failure = new Error('a broken invariant');
    expect(await send(`${method} ${path}`, body)).toMatchObject({ status: 500 });
    expect(admission.bytes()).toBe(0);
  });
});

test('an answer is JSON, and an id that JSON writes otherwise is written so', async () => {
  const { status, headers, text } = await send('POST /v1/usage', JSON.stringify(usage));
  expect([status, headers.get('content-type')]).toEqual([201, 'application/json; charset=utf-8']);
  expect(JSON.parse(text)).toMatchObject({ accountId: 'acme', kind: 'usage', id: 'u"1"', duplicate: false });
});

test('a batch that is only asked about says nothing of a place in the log', async () => {
  const { text } = await send('POST /v1/batch?dryRun=true', JSON.stringify({ kind: 'usage', ...usage }));
  expect(text).toBe('{"status":201,"accountId":"acme","kind":"usage","id":"u\\"1\\"","duplicate":false}\n');
  expect(ledger.items).toEqual([]);
});
