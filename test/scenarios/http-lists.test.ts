import { postBatch, readAll } from './support/api';
import type { Fields, JsonAnswer } from './support/api';
import { describedApi } from './support/described';
import type { DescribedApi } from './support/described';
import { createDataFolder, startTollgate } from './support/tollgate-process';

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;

let url: string;
let api: DescribedApi;

beforeAll(async () => {
  ({ url } = await startTollgate({ data: await createDataFolder() }));
  api = await describedApi(url);
});

const open = (accountId: string, fields: Fields = {}): Promise<JsonAnswer> =>
  api.post('/v1/accounts', { accountId, currency: 'EUR', ...fields });

const pay = (accountId: string, paymentId: string, amount = '1'): Promise<JsonAnswer> =>
  api.post('/v1/payments', { paymentId, accountId, direction: 'inbound', amount, currency: 'EUR' });

const pagesOf = async (path: string, limit: number): Promise<{ ids: unknown[][]; nexts: unknown[] }> => {
  const ids: unknown[][] = [];
  const nexts: unknown[] = [];
  for (let next: unknown = ''; next !== null;) {
    const after = next === '' ? '' : `&after=${encodeURIComponent(next as string)}`;
    const { body } = await api.get(`${path}limit=${String(limit)}${after}`);
    ids.push((body['items'] as Fields[]).map((item) => item['accountId'] ?? item['revision']));
    next = body['next'];
    nexts.push(next);
  }
  return { ids, nexts };
};

const paths = ['/v1/accounts', '/v1/traffic-control', '/v1/accounts/paged/history'];

describe('lists', () => {
  it('histories are paged by revision, after exclusive', async () => {
    await open('paged');
    for (const id of ['1', '2', '3', '4']) await pay('paged', id);
    expect(await pagesOf('/v1/accounts/paged/history?', 2)).toEqual({
      ids: [[0, 1], [2, 3], [4]],
      nexts: ['1', '3', null],
    });
    expect((await api.get('/v1/accounts/paged/history?after=4')).body).toEqual({ items: [], next: null });
    expect((await api.get('/v1/accounts/paged/history?after=99')).body).toEqual({ items: [], next: null });
  });

  it('accounts are paged in the order of their ids, after exclusive', async () => {
    await open('zulu-3');
    await open('zulu-1');
    const last = await open('zulu-2');
    const path = `/v1/accounts?minPosition=${last.body['position'] as string}&`;
    const { body } = await api.get(`${path}after=zulu-1`);
    expect((body['items'] as Fields[]).map(({ accountId }) => accountId)).toEqual(['zulu-2', 'zulu-3']);
    const all = await readAll(url, '/v1/accounts', 2);
    const ids = all.map(({ accountId }) => accountId as string);
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(['paged', 'zulu-1', 'zulu-2', 'zulu-3']));
  });

  it('blocked traffic is listed by account and direction, and no longer once it opens', async () => {
    const both = await open('blocked-1', { cutoff: { balances: ['inbound', 'outbound'] } });
    const last = await open('blocked-2', { cutoff: { balances: ['mutual'] } });
    const listed = async (minPosition: unknown): Promise<Fields[]> =>
      (await readAll(url, `/v1/traffic-control?minPosition=${minPosition as string}`, 1)).filter(({ accountId }) =>
        (accountId as string).startsWith('blocked-'),
      );
    expect(BigInt(last.body['position'] as string)).toBeGreaterThan(BigInt(both.body['position'] as string));
    expect(await listed(last.body['position'])).toEqual([
      { accountId: 'blocked-1', direction: 'inbound', since: instant, sequence: 1, exhausted: ['inbound'] },
      { accountId: 'blocked-1', direction: 'outbound', since: instant, sequence: 2, exhausted: ['outbound'] },
      { accountId: 'blocked-2', direction: 'inbound', since: instant, sequence: 1, exhausted: ['mutual'] },
    ]);
    const paid = await pay('blocked-1', 'p');
    expect((await listed(paid.body['position'])).map(({ accountId, direction }) => [accountId, direction])).toEqual([
      ['blocked-1', 'outbound'],
      ['blocked-2', 'inbound'],
    ]);
    expect((await api.get('/v1/traffic-control?limit=1')).body['next']).toMatch(/^blocked-1\/outbound$/);
  });

  it('limit is 100 unless said and at most 1,000', async () => {
    await open('many');
    await postBatch(
      url,
      Array.from({ length: 1_100 }, (_, index) => ({
        kind: 'usage',
        usageId: `u${String(index)}`,
        accountId: 'many',
        direction: 'inbound',
        amount: '1',
        currency: 'EUR',
      })),
    );
    const count = async (query: string) =>
      ((await api.get(`/v1/accounts/many/history${query}`)).body['items'] as Fields[]).length;
    expect(await count('')).toBe(100);
    expect(await count('?limit=1')).toBe(1);
    expect(await count('?limit=1000')).toBe(1_000);
  });

  const bad = [
    'limit=0',
    'limit=1001',
    'limit=-1',
    'limit=1.5',
    'limit=',
    'limit=ten',
    'limit=1&limit=2',
    'minPosition=x',
    'minPosition=-1',
    'after=a&after=b',
    'page=2',
  ];
  it.each(paths.flatMap((path) => bad.map((query) => ({ path, query }))))(
    '$path?$query is refused with the parameter named',
    async ({ path, query }) => {
      const { status, body } = await api.get(`${path}?${query}`);
      expect([status, body['code']]).toEqual([400, 'INVALID_REQUEST']);
      expect(body['detail']).toContain(query.split('=')[0]);
    },
  );
});

describe('reading one’s own writes', () => {
  it('minPosition waits for balances, traffic state and the list of what is blocked', async () => {
    await open('mine', { cutoff: { balances: ['inbound'] } });
    for (let round = 0; round < 30; round += 1) {
      const paid = await pay('mine', `p${String(round)}`, '5');
      const read = async (path: string) => api.get(`${path}?minPosition=${paid.body['position'] as string}`);
      const { body } = await read('/v1/accounts/mine');
      expect([(body['balances'] as Fields)['inbound'], (body['traffic'] as Fields)['inbound']]).toMatchObject([
        '5',
        { state: 'open' },
      ]);
      const used = await api.post('/v1/usage', {
        usageId: `u${String(round)}`,
        accountId: 'mine',
        direction: 'inbound',
        amount: '5',
        currency: 'EUR',
      });
      const minPosition = `minPosition=${used.body['position'] as string}`;
      const [listed, blocked] = await Promise.all([
        api.get(`/v1/accounts?limit=1&after=min&${minPosition}`),
        api.get(`/v1/traffic-control?limit=1&after=min&${minPosition}`),
      ]);
      expect((listed.body['items'] as Fields[])[0]).toMatchObject({
        balances: { inbound: '0' },
        traffic: { inbound: { state: 'blocked', sequence: 2 * round + 3 } },
      });
      expect((blocked.body['items'] as Fields[])[0]).toMatchObject({ accountId: 'mine', sequence: 2 * round + 3 });
    }
  });

  it('minPosition waits for every decision that a large batch causes', async () => {
    const accountIds = Array.from({ length: 500 }, (_, index) => `turned-${String(index).padStart(3, '0')}`);
    await Promise.all(accountIds.map((accountId) => open(accountId, { cutoff: { balances: ['outbound'] } })));
    const turnAll = (kind: 'payment' | 'usage', round: number): Promise<Fields[]> => {
      const entry = { [`${kind}Id`]: String(round), direction: 'outbound', amount: '1', currency: 'EUR' };
      return postBatch(
        url,
        accountIds.map((accountId) => ({ kind, accountId, ...entry })),
      );
    };
    for (let round = 0; round < 12; round += 1) {
      const kind = round % 2 === 0 ? 'payment' : 'usage';
      const last = (await turnAll(kind, round)).at(-1);
      const query = `after=turned&limit=1000&minPosition=${last?.['position'] as string}`;
      const { body } = await api.get(`/v1/traffic-control?${query}`);
      const blocked = (body['items'] as Fields[]).filter(({ accountId }) =>
        (accountId as string).startsWith('turned-'),
      );
      expect(blocked).toHaveLength(kind === 'payment' ? 0 : accountIds.length);
    }
  });

  it('a position in the future answers 503 READ_MODEL_BEHIND after 5 s', async () => {
    const behind = async (path: string): Promise<void> => {
      const startedAt = Date.now();
      const { status, body } = await api.get(`${path}?minPosition=999999999`);
      expect([status, body['code']]).toEqual([503, 'READ_MODEL_BEHIND']);
      expect(Date.now() - startedAt).toBeGreaterThan(4_900);
      expect(Date.now() - startedAt).toBeLessThan(15_000);
    };
    await Promise.all(paths.concat('/v1/accounts/paged').map(behind));
  });
});
