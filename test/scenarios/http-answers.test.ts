import { readAll, send } from './support/api';
import type { Fields } from './support/api';
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
const openAccount = async (fields: Fields = {}): Promise<string> => {
  accounts += 1;
  const accountId = `answers-${String(accounts)}`;
  expect((await api.post('/v1/accounts', { accountId, currency: 'EUR', ...fields })).status).toBe(201);
  return accountId;
};

describe('recording', () => {
  const kinds = [
    { kind: 'payment', path: '/v1/payments', body: payment, id: 'p-1' },
    { kind: 'usage', path: '/v1/usage', body: call, id: 'u-1' },
    { kind: 'adjustment', path: '/v1/adjustments', body: correction, id: 'a-1' },
  ];

  it.each(kinds)(
    'a $kind answers 201, and the same again 200 with the first revision and position',
    async ({ kind, path, body, id }) => {
      const accountId = await openAccount();
      const first = await api.post(path, body(accountId));
      expect(first.status).toBe(201);
      expect(first.body).toEqual({
        accountId,
        kind,
        id,
        duplicate: false,
        revision: 1,
        position: expect.stringMatching(/^\d+$/) as string,
      });
      await api.post('/v1/payments', payment(accountId, { paymentId: 'between' }));
      const again = await api.post(path, body(accountId));
      expect([again.status, again.body]).toEqual([200, { ...first.body, duplicate: true }]);
    },
  );

  it('a reversal answers 201, and the same again 200', async () => {
    const accountId = await openAccount();
    await api.post('/v1/payments', payment(accountId));
    const first = await api.post('/v1/reversals', reversal(accountId));
    expect([first.status, first.body]).toEqual([
      201,
      { accountId, kind: 'reversal', id: 'r-1', duplicate: false, revision: 2, position: expect.any(String) as string },
    ]);
    const again = await api.post('/v1/reversals', reversal(accountId));
    expect([again.status, again.body]).toEqual([200, { ...first.body, duplicate: true }]);
  });

  it('compares content by meaning: amounts by value, times by instant, not key order or white space', async () => {
    const accountId = await openAccount();
    await api.post('/v1/payments', payment(accountId, { amount: '10.50', paidAt: '2026-01-31T12:00:00Z' }));
    const body = `{ "paidAt":"2026-01-31T12:00:00.000Z", "currency" : "EUR","amount":"10.5",\n"direction":"inbound","accountId":"${accountId}","paymentId":"p-1"}`;
    const again = await send(url, {
      method: 'POST',
      path: '/v1/payments',
      headers: { 'content-type': 'Application/JSON; Charset="UTF-8"' },
      body,
    });
    expect([again.status, (JSON.parse(again.text) as Fields)['duplicate']]).toEqual([200, true]);
  });

  const changes: Fields[] = [
    { amount: '10.0000000001' },
    { direction: 'outbound' },
    { reference: 'invoice 7' },
    { paidAt: '2026-01-31T12:00:00.000Z' },
  ];
  it.each(changes)('another %j under the same id is a conflict that shows both', async (change) => {
    const accountId = await openAccount();
    await api.post('/v1/payments', payment(accountId));
    const conflict = await api.post('/v1/payments', payment(accountId, change));
    expect([conflict.status, conflict.body]).toEqual([
      409,
      {
        type: 'about:blank',
        title: expect.any(String) as string,
        status: 409,
        code: 'ID_CONFLICT',
        detail: expect.stringContaining('p-1') as string,
        existing: payment(accountId),
        received: payment(accountId, change),
      },
    ]);
    expect(await readAll(url, `/v1/accounts/${accountId}/history`)).toHaveLength(2);
  });

  it('gives each kind and each account its own ids', async () => {
    const [one, other] = [await openAccount(), await openAccount()];
    const answers = [
      await api.post('/v1/payments', payment(one, { paymentId: 'same' })),
      await api.post('/v1/usage', call(one, { usageId: 'same' })),
      await api.post('/v1/adjustments', correction(one, { adjustmentId: 'same' })),
      await api.post('/v1/reversals', reversal(one, { reversalId: 'same', of: { kind: 'payment', id: 'same' } })),
      await api.post('/v1/payments', payment(other, { paymentId: 'same', amount: '7' })),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
  });
});

describe('accounts', () => {
  it('opening answers 201, the same account again 200 with the first revision and position', async () => {
    const body = { accountId: 'opened', name: 'Opened Ltd', currency: 'USD', cutoff: { balances: ['mutual'] } };
    const first = await api.post('/v1/accounts', body);
    expect([first.status, first.body]).toEqual([
      201,
      { accountId: 'opened', duplicate: false, revision: 0, position: expect.any(String) as string },
    ]);
    await api.put('/v1/accounts/opened/cutoff', { balances: [] });
    const again = await api.post('/v1/accounts', body);
    expect([again.status, again.body]).toEqual([200, { ...first.body, duplicate: true }]);
  });

  it.each([{ currency: 'USD' }, { name: 'Another' }, { cutoff: { balances: ['inbound'] } }])(
    'opening it again with %j is ACCOUNT_EXISTS with both',
    async (change) => {
      const accountId = await openAccount();
      const refused = await api.post('/v1/accounts', { accountId, currency: 'EUR', ...change });
      expect([refused.status, refused.body['code'], refused.body['existing'], refused.body['received']]).toEqual([
        409,
        'ACCOUNT_EXISTS',
        { accountId, currency: 'EUR' },
        { accountId, currency: 'EUR', ...change },
      ]);
    },
  );

  it('changing the rule answers 200 with its revision, an unchanged rule makes no event', async () => {
    const accountId = await openAccount({ cutoff: { balances: ['inbound'], creditLimits: { inbound: '5' } } });
    const path = `/v1/accounts/${accountId}/cutoff`;
    const same = await api.put(path, {
      balances: ['inbound'],
      creditLimits: { inbound: '5.0', mutual: '0' },
      mutualFormula: 'outbound-minus-inbound',
    });
    expect([same.status, same.body['duplicate'], same.body['revision']]).toEqual([200, true, 0]);
    const changed = await api.put(path, { balances: ['inbound', 'outbound'] });
    expect([changed.status, changed.body['duplicate'], changed.body['revision']]).toEqual([200, false, 1]);
    const { cutoff } = (await api.get(`/v1/accounts/${accountId}?minPosition=${changed.body['position'] as string}`))
      .body;
    expect(cutoff).toEqual({
      balances: ['inbound', 'outbound'],
      creditLimits: { inbound: '0', outbound: '0', mutual: '0' },
      mutualFormula: 'outbound-minus-inbound',
    });
    expect(await readAll(url, `/v1/accounts/${accountId}/history`)).toHaveLength(2);
  });
});
