import { get, postBatch, send } from './support/api';
import type { Answer, Fields, JsonAnswer } from './support/api';
import { describedApi } from './support/described';
import type { DescribedApi } from './support/described';
import { createDataFolder, startTollgate } from './support/tollgate-process';

const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;
const instant = text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const position = text(/^\d+$/);

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

test('load balancers may ask for health with HEAD', async () => {
  for (const path of ['/healthz', '/readyz'])
    expect(await send(url, { method: 'HEAD', path })).toMatchObject({ status: 200, text: '' });
});

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
    const { status, body } = await api.get(`/v1/accounts/acme?minPosition=${last?.['position'] as string}`);
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
    const { body } = await api.get(`/v1/accounts/netter?minPosition=${paid.body['position'] as string}`);
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
      await api.post('/v1/accounts', opening),
      await api.post('/v1/usage', usage),
      await api.post('/v1/payments', payment),
      await api.post('/v1/adjustments', adjustment),
      await api.put('/v1/accounts/told/cutoff', cutoff),
      await api.post('/v1/reversals', reversal),
    ];
    const expected: [string, object][] = [
      ['AccountOpened', opening],
      ['UsageCharged', usage],
      ['PaymentRecorded', payment],
      ['BalanceAdjusted', adjustment],
      ['CutoffChanged', cutoff],
      ['EntryReversed', reversal],
    ];
    const { body } = await api.get('/v1/accounts/told/history');
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
        by: { channel: { http: answers[revision]?.headers['request-id'] } },
      })),
    );
    const positions = answers.map((answer) => BigInt(answer.body['position'] as string));
    expect(positions).toEqual([...positions].sort((one, other) => (one < other ? -1 : 1)));
    const ids = (body['items'] as Fields[]).map(({ eventId }) => eventId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the operator’s calls', () => {
  const getText = (path: string): Promise<Answer> => send(url, { method: 'GET', path });

  it('/healthz and /readyz answer 200', async () => {
    expect((await api.get('/healthz')).body).toEqual({ status: 'ok' });
    const ready = await api.get('/readyz');
    expect([ready.status, ready.body['status']]).toEqual([200, 'ready']);
    expect((ready.body['parts'] as Fields[]).map(({ name, isReady }) => [name, isReady])).toEqual([
      ['event log', true],
    ]);
  });

  it('/metrics is Prometheus text with the log’s position', async () => {
    const answer = await getText('/metrics');
    api.check({ method: 'GET', path: '/metrics' }, answer);
    const { body } = await open('counted');
    expect((await getText('/metrics')).text).toMatch(/^tollgate_log_position [1-9]\d*$/m);
    expect(body['position']).toEqual(position);
    expect(answer.text).toMatch(/^tollgate_http_request_seconds_count\{/m);
  });

  it('/asyncapi.json describes the topics', async () => {
    expect(JSON.stringify((await get(url, '/asyncapi.json')).body)).toContain('tollgate.traffic-control.v1');
  });
});
