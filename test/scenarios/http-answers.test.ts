import { get, post, postBatch, put, readAll, send } from './support/api';
import type { Answer, Fields, JsonAnswer, Sent } from './support/api';
import { readContract } from './support/contract';
import type { Contract } from './support/contract';
import { createDataFolder, startTollgate } from './support/tollgate-process';

let url: string;
let contract: Contract;

beforeAll(async () => {
  ({ url } = await startTollgate({ data: await createDataFolder() }));
  contract = await readContract(url);
});

let accounts = 0;
const openAccount = async (fields: Fields = {}): Promise<string> => {
  accounts += 1;
  const accountId = `answers-${String(accounts)}`;
  expect((await post(url, '/v1/accounts', { accountId, currency: 'EUR', ...fields })).status).toBe(201);
  return accountId;
};

/** What the OpenAPI document says of it is checked with every answer. */
const described = (sent: Pick<Sent, 'method' | 'path'>, answer: JsonAnswer): JsonAnswer => {
  expect(contract.faultsOf(sent, answer)).toEqual([]);
  return answer;
};
const posting = async (path: string, body: Fields): Promise<JsonAnswer> =>
  described({ method: 'POST', path }, await post(url, path, body));
const putting = async (path: string, body: Fields): Promise<JsonAnswer> =>
  described({ method: 'PUT', path }, await put(url, path, body));
const getting = async (path: string): Promise<JsonAnswer> => described({ method: 'GET', path }, await get(url, path));

const payment = (accountId: string, fields: Fields = {}): Fields => ({
  paymentId: 'p-1',
  accountId,
  direction: 'inbound',
  amount: '10',
  currency: 'EUR',
  ...fields,
});
const call = (accountId: string, fields: Fields = {}): Fields => ({
  usageId: 'u-1',
  accountId,
  direction: 'inbound',
  amount: '2',
  currency: 'EUR',
  ...fields,
});
const correction = (accountId: string, fields: Fields = {}): Fields => ({
  adjustmentId: 'a-1',
  accountId,
  direction: 'inbound',
  amount: '-1',
  currency: 'EUR',
  reason: 'goodwill',
  actor: 'ann',
  ...fields,
});
const reversal = (accountId: string, fields: Fields = {}): Fields => ({
  reversalId: 'r-1',
  accountId,
  of: { kind: 'payment', id: 'p-1' },
  reason: 'booked twice',
  actor: 'ann',
  ...fields,
});

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
      const first = await posting(path, body(accountId));
      expect(first.status).toBe(201);
      expect(first.body).toEqual({
        accountId,
        kind,
        id,
        duplicate: false,
        revision: 1,
        position: expect.stringMatching(/^\d+$/) as string,
      });
      await posting('/v1/payments', payment(accountId, { paymentId: 'between' }));
      const again = await posting(path, body(accountId));
      expect([again.status, again.body]).toEqual([200, { ...first.body, duplicate: true }]);
    },
  );

  it('a reversal answers 201, and the same again 200', async () => {
    const accountId = await openAccount();
    await posting('/v1/payments', payment(accountId));
    const first = await posting('/v1/reversals', reversal(accountId));
    expect([first.status, first.body]).toEqual([
      201,
      { accountId, kind: 'reversal', id: 'r-1', duplicate: false, revision: 2, position: expect.any(String) as string },
    ]);
    const again = await posting('/v1/reversals', reversal(accountId));
    expect([again.status, again.body]).toEqual([200, { ...first.body, duplicate: true }]);
  });

  it('compares content by meaning: amounts by value, times by instant, not key order or white space', async () => {
    const accountId = await openAccount();
    await posting('/v1/payments', payment(accountId, { amount: '10.50', paidAt: '2026-01-31T12:00:00Z' }));
    const body = `{ "paidAt":"2026-01-31T12:00:00.000Z", "currency" : "EUR","amount":"10.5",\n"direction":"inbound","accountId":"${accountId}","paymentId":"p-1"}`;
    const again = await send(url, {
      method: 'POST',
      path: '/v1/payments',
      headers: { 'content-type': 'application/json; charset=utf-8' },
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
    await posting('/v1/payments', payment(accountId));
    const conflict = await posting('/v1/payments', payment(accountId, change));
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
      await posting('/v1/payments', payment(one, { paymentId: 'same' })),
      await posting('/v1/usage', call(one, { usageId: 'same' })),
      await posting('/v1/adjustments', correction(one, { adjustmentId: 'same' })),
      await posting('/v1/reversals', reversal(one, { reversalId: 'same', of: { kind: 'payment', id: 'same' } })),
      await posting('/v1/payments', payment(other, { paymentId: 'same', amount: '7' })),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
  });
});

describe('accounts', () => {
  it('opening answers 201, the same account again 200 with the first revision and position', async () => {
    const body = { accountId: 'opened', name: 'Opened Ltd', currency: 'USD', cutoff: { balances: ['mutual'] } };
    const first = await posting('/v1/accounts', body);
    expect([first.status, first.body]).toEqual([
      201,
      { accountId: 'opened', duplicate: false, revision: 0, position: expect.any(String) as string },
    ]);
    await putting('/v1/accounts/opened/cutoff', { balances: [] });
    const again = await posting('/v1/accounts', body);
    expect([again.status, again.body]).toEqual([200, { ...first.body, duplicate: true }]);
  });

  it.each([{ currency: 'USD' }, { name: 'Another' }, { cutoff: { balances: ['inbound'] } }])(
    'opening it again with %j is ACCOUNT_EXISTS with both',
    async (change) => {
      const accountId = await openAccount();
      const refused = await posting('/v1/accounts', { accountId, currency: 'EUR', ...change });
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
    const same = await putting(path, {
      balances: ['inbound'],
      creditLimits: { inbound: '5.0', mutual: '0' },
      mutualFormula: 'outbound-minus-inbound',
    });
    expect([same.status, same.body['duplicate'], same.body['revision']]).toEqual([200, true, 0]);
    const changed = await putting(path, { balances: ['inbound', 'outbound'] });
    expect([changed.status, changed.body['duplicate'], changed.body['revision']]).toEqual([200, false, 1]);
    const { cutoff } = (await getting(`/v1/accounts/${accountId}?minPosition=${changed.body['position'] as string}`))
      .body;
    expect(cutoff).toEqual({
      balances: ['inbound', 'outbound'],
      creditLimits: { inbound: '0', outbound: '0', mutual: '0' },
      mutualFormula: 'outbound-minus-inbound',
    });
    expect(await readAll(url, `/v1/accounts/${accountId}/history`)).toHaveLength(2);
  });
});

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
      posting('/v1/payments', payment(nobody)),
      posting('/v1/usage', call(nobody)),
      posting('/v1/adjustments', correction(nobody)),
      posting('/v1/reversals', reversal(nobody)),
      putting('/v1/accounts/nobody/cutoff', { balances: [] }),
      getting('/v1/accounts/nobody'),
      getting('/v1/accounts/nobody/history'),
    ];
    for (const answer of answers) expect(await status(answer)).toBe('404 ACCOUNT_NOT_FOUND');
  });

  it('another currency is CURRENCY_MISMATCH', async () => {
    const accountId = await openAccount();
    for (const answer of [
      posting('/v1/payments', payment(accountId, { currency: 'USD' })),
      posting('/v1/usage', call(accountId, { currency: 'USD' })),
      posting('/v1/adjustments', correction(accountId, { currency: 'USD' })),
    ])
      expect(await status(answer)).toBe('422 CURRENCY_MISMATCH');
  });

  it('a reversal of nothing, of another kind, of another account or of a reversal is refused', async () => {
    const [one, other] = [await openAccount(), await openAccount()];
    await posting('/v1/payments', payment(one));
    expect(await status(posting('/v1/reversals', reversal(one, { of: { kind: 'payment', id: 'p-2' } })))).toBe(
      '404 ORIGINAL_NOT_FOUND',
    );
    expect(await status(posting('/v1/reversals', reversal(one, { of: { kind: 'usage', id: 'p-1' } })))).toBe(
      '404 ORIGINAL_NOT_FOUND',
    );
    expect(await status(posting('/v1/reversals', reversal(other)))).toBe('404 ORIGINAL_NOT_FOUND');
    expect(await status(posting('/v1/reversals', reversal(one, { of: { kind: 'reversal', id: 'r-1' } })))).toBe(
      '400 INVALID_REQUEST',
    );
  });

  it('an entry is reversed once, whatever the id of the second reversal', async () => {
    const accountId = await openAccount();
    await posting('/v1/payments', payment(accountId));
    await posting('/v1/reversals', reversal(accountId));
    expect(await status(posting('/v1/reversals', reversal(accountId, { reversalId: 'r-2' })))).toBe(
      '409 ALREADY_REVERSED',
    );
    expect(await status(posting('/v1/reversals', reversal(accountId, { reason: 'another' })))).toBe('409 ID_CONFLICT');
    expect((await posting('/v1/payments', payment(accountId))).status).toBe(200);
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
    const answer: Answer = await send(url, sent);
    expect(contract.faultsOf(sent, answer)).toEqual([]);
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
