import { get, post, postBatch, put, readAll, send } from './support/api';
import type { Answer, Fields, JsonAnswer } from './support/api';
import { readContract } from './support/contract';
import type { Contract } from './support/contract';
import { createDataFolder, startTollgate } from './support/tollgate-process';

const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;
const instant = text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const position = text(/^\d+$/);

let url: string;
let contract: Contract;

beforeAll(async () => {
  ({ url } = await startTollgate({ data: await createDataFolder() }));
  contract = await readContract(url);
});

const getting = async (path: string): Promise<JsonAnswer> => {
  const answer = await get(url, path);
  expect(contract.faultsOf({ method: 'GET', path }, answer)).toEqual([]);
  return answer;
};

const open = (accountId: string, fields: Fields = {}): Promise<JsonAnswer> =>
  post(url, '/v1/accounts', { accountId, currency: 'EUR', ...fields });

const pay = (accountId: string, paymentId: string, amount = '1'): Promise<JsonAnswer> =>
  post(url, '/v1/payments', { paymentId, accountId, direction: 'inbound', amount, currency: 'EUR' });

const pagesOf = async (path: string, limit: number): Promise<{ ids: unknown[][]; nexts: unknown[] }> => {
  const ids: unknown[][] = [];
  const nexts: unknown[] = [];
  for (let next: unknown = ''; next !== null;) {
    const after = next === '' ? '' : `&after=${encodeURIComponent(next as string)}`;
    const { body } = await getting(`${path}limit=${String(limit)}${after}`);
    ids.push((body['items'] as Fields[]).map((item) => item['accountId'] ?? item['revision']));
    next = body['next'];
    nexts.push(next);
  }
  return { ids, nexts };
};

describe('an account', () => {
  it('is shown with balances, totals, rule, traffic and its place in the log', async () => {
    await open('acme', {
      name: 'Acme Telecom',
      cutoff: { balances: ['mutual', 'inbound'], creditLimits: { inbound: '5.50' } },
    });
    const lines = [
      { kind: 'payment', paymentId: 'p', direction: 'inbound', amount: '100' },
      { kind: 'payment', paymentId: 'q', direction: 'outbound', amount: '3' },
      { kind: 'usage', usageId: 'u', direction: 'inbound', amount: '100.5' },
      { kind: 'usage', usageId: 'v', direction: 'outbound', amount: '1' },
      { kind: 'adjustment', adjustmentId: 'a', direction: 'outbound', amount: '-0.25', reason: 'r', actor: 'ann' },
    ].map((line) => ({ ...line, accountId: 'acme', currency: 'EUR' }));
    const last = (await postBatch(url, lines)).at(-1);
    const { status, body } = await getting(`/v1/accounts/acme?minPosition=${last?.['position'] as string}`);
    expect([status, body]).toEqual([
      200,
      {
        accountId: 'acme',
        name: 'Acme Telecom',
        currency: 'EUR',
        balances: { inbound: '-0.5', outbound: '1.75', mutual: '2.25' },
        totals: {
          inbound: { payments: '100', usage: '100.5', adjustments: '0' },
          outbound: { payments: '3', usage: '1', adjustments: '-0.25' },
        },
        cutoff: {
          balances: ['inbound', 'mutual'],
          creditLimits: { inbound: '5.5', outbound: '0', mutual: '0' },
          mutualFormula: 'outbound-minus-inbound',
        },
        traffic: { inbound: { state: 'open', since: instant, sequence: 2 }, outbound: { state: 'open' } },
        revision: 5,
        position: last?.['position'],
      },
    ]);
  });

  it('shows the reading of mutual it was given', async () => {
    await open('netter', { cutoff: { balances: ['mutual'], mutualFormula: 'inbound-minus-outbound' } });
    const paid = await pay('netter', 'p', '7');
    const { body } = await getting(`/v1/accounts/netter?minPosition=${paid.body['position'] as string}`);
    expect([(body['balances'] as Fields)['mutual'], (body['cutoff'] as Fields)['mutualFormula']]).toEqual([
      '7',
      'inbound-minus-outbound',
    ]);
  });
});

describe('a history', () => {
  it('has every event as recorded, oldest first, each with its body as accepted and its three times', async () => {
    const usage = {
      usageId: 'u',
      accountId: 'told',
      direction: 'inbound',
      amount: '1.50',
      currency: 'EUR',
      callId: 'c-1',
      startedAt: '2026-01-31T11:59:00Z',
      endedAt: '2026-01-31T12:00:00.000Z',
      durationSeconds: 60,
      caller: '+3726000001',
      callee: '+3726000002',
      ratedAt: '2026-01-31T12:00:01Z',
      attributes: { codec: 'opus' },
    };
    const payment = {
      paymentId: 'p',
      accountId: 'told',
      direction: 'outbound',
      amount: '2',
      currency: 'EUR',
      paidAt: '2026-01-30T00:00:00Z',
      reference: 'inv 1',
    };
    const adjustment = {
      adjustmentId: 'a',
      accountId: 'told',
      direction: 'inbound',
      amount: '-1',
      currency: 'EUR',
      reason: 'r',
      actor: 'ann',
    };
    const reversal = {
      reversalId: 'r',
      accountId: 'told',
      of: { kind: 'usage', id: 'u' },
      reason: 'rated twice',
      actor: 'ann',
    };
    const cutoff = { balances: ['inbound'], creditLimits: { inbound: '3' } };
    const opening = { accountId: 'told', name: 'Told', currency: 'EUR' };
    const answers = [
      await post(url, '/v1/accounts', opening),
      await post(url, '/v1/usage', usage),
      await post(url, '/v1/payments', payment),
      await post(url, '/v1/adjustments', adjustment),
      await put(url, '/v1/accounts/told/cutoff', cutoff),
      await post(url, '/v1/reversals', reversal),
    ];
    const expected: [string, object][] = [
      ['AccountOpened', opening],
      ['UsageCharged', usage],
      ['PaymentRecorded', payment],
      ['BalanceAdjusted', adjustment],
      ['CutoffChanged', cutoff],
      ['EntryReversed', reversal],
    ];
    const { body } = await getting('/v1/accounts/told/history');
    expect(body['next']).toBeNull();
    expect(body['items']).toEqual(
      expected.map(([type, data], revision) => ({
        position: answers[revision]?.body['position'],
        revision,
        eventId: text(/^[0-9a-f-]{36}$/),
        type,
        data,
        receivedAt: instant,
        recordedAt: instant,
      })),
    );
    const positions = answers.map((answer) => BigInt(answer.body['position'] as string));
    expect(positions).toEqual([...positions].sort((one, other) => (one < other ? -1 : 1)));
    const ids = (body['items'] as Fields[]).map(({ eventId }) => eventId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is paged by revision, after exclusive', async () => {
    await open('paged');
    for (const id of ['1', '2', '3', '4']) await pay('paged', id);
    expect(await pagesOf('/v1/accounts/paged/history?', 2)).toEqual({
      ids: [[0, 1], [2, 3], [4]],
      nexts: ['1', '3', null],
    });
    expect((await getting('/v1/accounts/paged/history?after=4')).body).toEqual({ items: [], next: null });
    expect((await getting('/v1/accounts/paged/history?after=99')).body).toEqual({ items: [], next: null });
  });
});

const paths = ['/v1/accounts', '/v1/traffic-control', '/v1/accounts/acme/history'];

describe('lists', () => {
  it('accounts are paged in the order of their ids, after exclusive', async () => {
    await open('zulu-3');
    await open('zulu-1');
    const last = await open('zulu-2');
    const path = `/v1/accounts?minPosition=${last.body['position'] as string}&`;
    const { body } = await getting(`${path}after=zulu-1`);
    expect((body['items'] as Fields[]).map(({ accountId }) => accountId)).toEqual(['zulu-2', 'zulu-3']);
    const all = await readAll(url, '/v1/accounts', 2);
    const ids = all.map(({ accountId }) => accountId as string);
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(['acme', 'zulu-1', 'zulu-2', 'zulu-3']));
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
    expect((await getting('/v1/traffic-control?limit=1')).body['next']).toMatch(/^blocked-1\/outbound$/);
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
      ((await getting(`/v1/accounts/many/history${query}`)).body['items'] as Fields[]).length;
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
      const { status, body } = await getting(`${path}?${query}`);
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
      const read = async (path: string) => getting(`${path}?minPosition=${paid.body['position'] as string}`);
      const { body } = await read('/v1/accounts/mine');
      expect([(body['balances'] as Fields)['inbound'], (body['traffic'] as Fields)['inbound']]).toMatchObject([
        '5',
        { state: 'open' },
      ]);
      const used = await post(url, '/v1/usage', {
        usageId: `u${String(round)}`,
        accountId: 'mine',
        direction: 'inbound',
        amount: '5',
        currency: 'EUR',
      });
      const minPosition = `minPosition=${used.body['position'] as string}`;
      const [listed, blocked] = await Promise.all([
        getting(`/v1/accounts?limit=1&after=min&${minPosition}`),
        getting(`/v1/traffic-control?limit=1&after=min&${minPosition}`),
      ]);
      expect((listed.body['items'] as Fields[])[0]).toMatchObject({
        balances: { inbound: '0' },
        traffic: { inbound: { state: 'blocked', sequence: 2 * round + 3 } },
      });
      expect((blocked.body['items'] as Fields[])[0]).toMatchObject({ accountId: 'mine', sequence: 2 * round + 3 });
    }
  });

  it('a position in the future answers 503 READ_MODEL_BEHIND after 5 s', async () => {
    const behind = async (path: string): Promise<void> => {
      const startedAt = Date.now();
      const { status, body } = await getting(`${path}?minPosition=999999999`);
      expect([status, body['code']]).toEqual([503, 'READ_MODEL_BEHIND']);
      expect(Date.now() - startedAt).toBeGreaterThan(4_900);
      expect(Date.now() - startedAt).toBeLessThan(15_000);
    };
    await Promise.all(paths.concat('/v1/accounts/acme').map(behind));
  });
});

describe('the operator’s calls', () => {
  const getText = (path: string): Promise<Answer> => send(url, { method: 'GET', path });

  it('/healthz and /readyz answer 200', async () => {
    expect((await getting('/healthz')).body).toEqual({ status: 'ok' });
    const ready = await getting('/readyz');
    expect([ready.status, ready.body['status']]).toEqual([200, 'ready']);
    expect((ready.body['parts'] as Fields[]).map(({ name, isReady }) => [name, isReady])).toEqual([
      ['intake index', true],
      ['balance projector', true],
      ['cutoff projector', true],
    ]);
  });

  it('/metrics is Prometheus text with the log’s position', async () => {
    const answer = await getText('/metrics');
    expect(contract.faultsOf({ method: 'GET', path: '/metrics' }, answer)).toEqual([]);
    const { body } = await open('counted');
    expect((await getText('/metrics')).text).toMatch(/^tollgate_log_position [1-9]\d*$/m);
    expect(body['position']).toEqual(position);
    expect(answer.text).toMatch(/^tollgate_http_request_seconds_count\{/m);
  });

  it('/asyncapi.json describes the topics', async () => {
    expect(JSON.stringify((await get(url, '/asyncapi.json')).body)).toContain('tollgate.traffic-control.v1');
  });
});
