import { postBatch, readAll, send } from './support/api';
import type { Fields, JsonAnswer } from './support/api';
import { describedApi } from './support/described';
import type { DescribedApi } from './support/described';
import { call, correction, payment, reversal } from './support/entries';
import { createDataFolder, startTollgate } from './support/tollgate-process';

let url: string;
let api: DescribedApi;

beforeAll(async () => {
  ({ url } = await startTollgate({ data: await createDataFolder() }));
  api = await describedApi(url);
});

let accounts = 0;
const openAccount = async (): Promise<string> => {
  accounts += 1;
  const accountId = `refused-${String(accounts)}`;
  expect((await api.post('/v1/accounts', { accountId, currency: 'EUR' })).status).toBe(201);
  return accountId;
};

describe('refusals', () => {
  const status = async (answer: Promise<JsonAnswer>) => {
    const { status, body, headers } = await answer;
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(body['status']).toBe(status);
    return `${String(status)} ${body['code'] as string}`;
  };

  it('an account nobody opened is ACCOUNT_NOT_FOUND, for every call that names it', async () => {
    const nobody = 'nobody';
    const answers = [
      api.post('/v1/payments', payment(nobody)),
      api.post('/v1/usage', call(nobody)),
      api.post('/v1/adjustments', correction(nobody)),
      api.post('/v1/reversals', reversal(nobody)),
      api.put('/v1/accounts/nobody/cutoff', { balances: [] }),
      api.get('/v1/accounts/nobody'),
      api.get('/v1/accounts/nobody/history'),
      api.get('/v1/accounts/nobody/history?after=3'),
      api.get('/v1/accounts/acme%200/history'),
    ];
    for (const answer of answers) expect(await status(answer)).toBe('404 ACCOUNT_NOT_FOUND');
  });

  it('another currency is CURRENCY_MISMATCH', async () => {
    const accountId = await openAccount();
    for (const answer of [
      api.post('/v1/payments', payment(accountId, { currency: 'USD' })),
      api.post('/v1/usage', call(accountId, { currency: 'USD' })),
      api.post('/v1/adjustments', correction(accountId, { currency: 'USD' })),
    ])
      expect(await status(answer)).toBe('422 CURRENCY_MISMATCH');
  });

  it('a reversal of nothing, of another kind, of another account or of a reversal is refused', async () => {
    const [one, other] = [await openAccount(), await openAccount()];
    await api.post('/v1/payments', payment(one));
    expect(await status(api.post('/v1/reversals', reversal(one, { of: { kind: 'payment', id: 'p-2' } })))).toBe(
      '404 ORIGINAL_NOT_FOUND',
    );
    expect(await status(api.post('/v1/reversals', reversal(one, { of: { kind: 'usage', id: 'p-1' } })))).toBe(
      '404 ORIGINAL_NOT_FOUND',
    );
    expect(await status(api.post('/v1/reversals', reversal(other)))).toBe('404 ORIGINAL_NOT_FOUND');
    expect(await status(api.post('/v1/reversals', reversal(one, { of: { kind: 'reversal', id: 'r-1' } })))).toBe(
      '400 INVALID_REQUEST',
    );
  });

  it('an entry is reversed once, whatever the id of the second reversal', async () => {
    const accountId = await openAccount();
    await api.post('/v1/payments', payment(accountId));
    await api.post('/v1/reversals', reversal(accountId));
    expect(await status(api.post('/v1/reversals', reversal(accountId, { reversalId: 'r-2' })))).toBe(
      '409 ALREADY_REVERSED',
    );
    expect(await status(api.post('/v1/reversals', reversal(accountId, { reason: 'another' })))).toBe('409 ID_CONFLICT');
    expect((await api.post('/v1/payments', payment(accountId))).status).toBe(200);
  });
});

describe('a batch', () => {
  it('answers each line as the single call would, in order, and skips blank lines', async () => {
    const accountId = await openAccount();
    const lines = [
      { kind: 'payment', ...payment(accountId) },
      '   ',
      { kind: 'usage', ...call(accountId) },
      { kind: 'payment', ...payment(accountId) },
      '',
      { kind: 'payment', ...payment(accountId, { amount: '11' }) },
      '{"kind":',
      { kind: 'refund', ...payment(accountId) },
      { kind: 'reversal', ...reversal(accountId) },
      { kind: 'reversal', ...reversal(accountId, { reversalId: 'r-2' }) },
      { kind: 'adjustment', ...correction(accountId) },
      { kind: 'usage', ...call('nobody') },
      { kind: 'usage', ...call(accountId, { usageId: 'u-2', amount: '1e3' }) },
      { kind: 'usage', ...call(accountId, { usageId: 'u-3', currency: 'GBP' }) },
    ];
    const body = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\r\n');
    const sent = { method: 'POST', path: '/v1/batch', headers: { 'content-type': 'application/x-ndjson' }, body };
    const answer = api.check(sent, await send(url, sent));
    const answers = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Fields);
    expect(
      answers.map(({ status, kind, id, code, revision }) => [
        status,
        code ?? `${kind as string} ${id as string}`,
        revision,
      ]),
    ).toEqual([
      [201, 'payment p-1', 1],
      [201, 'usage u-1', 2],
      [200, 'payment p-1', 1],
      [409, 'ID_CONFLICT', undefined],
      [400, 'INVALID_REQUEST', undefined],
      [400, 'INVALID_REQUEST', undefined],
      [201, 'reversal r-1', 3],
      [409, 'ALREADY_REVERSED', undefined],
      [201, 'adjustment a-1', 4],
      [404, 'ACCOUNT_NOT_FOUND', undefined],
      [400, 'INVALID_REQUEST', undefined],
      [422, 'CURRENCY_MISMATCH', undefined],
    ]);
    expect(await readAll(url, `/v1/accounts/${accountId}/history`)).toHaveLength(5);
  });

  it('of nothing is answered with nothing', async () => {
    expect(await postBatch(url, [])).toEqual([]);
    expect(await postBatch(url, ['', ' '])).toEqual([]);
  });
});
