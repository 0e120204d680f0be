import type { Request } from './inputs';
import { judgeCall, judgeLine } from './verdict';
import type { Answer } from './verdict';

const body = { paymentId: 'p1', accountId: 'acme', direction: 'inbound', amount: '5', currency: 'EUR' };
const call = (path: string, content: unknown, method = 'POST') => ({
  method,
  path,
  headers: [['content-type', 'application/json']] as [string, string][],
  body: Buffer.from(JSON.stringify(content)),
});
const payment = call('/v1/payments', body);
const told = { accountId: 'acme', kind: 'payment', id: 'p1', duplicate: false, revision: 1, position: '2' };
const json = (status: number, content: object) => ({
  status,
  type: 'application/json',
  text: JSON.stringify(content),
});
const problem = (status: number, code: string, more: object = {}) => ({
  status,
  type: 'application/problem+json; charset=utf-8',
  text: JSON.stringify({ type: 'about:blank', title: 't', status, code, detail: 'd', ...more }),
});

describe('the verdict on a call', () => {
  test('that is accepted says what must be in the log', () => {
    const { fault, acknowledged } = judgeCall(payment, json(201, told));
    expect(fault).toBeUndefined();
    const { kind: _, duplicate: __, ...place } = told;
    expect(acknowledged).toEqual({ ...place, isNew: true, type: 'PaymentRecorded', body });
  });

  test('that is refused by the ledger says what must be so by the log', () => {
    const { fault, claim } = judgeCall(payment, problem(409, 'ID_CONFLICT', { existing: {}, received: body }));
    expect(fault).toBeUndefined();
    expect(claim).toMatchObject({
      code: 'ID_CONFLICT',
      type: 'PaymentRecorded',
      accountId: 'acme',
      body,
      existing: {},
    });
  });

  test('that names its account in the path says it of that one', () => {
    const rule = call('/v1/accounts/%61cme/cutoff', { balances: [] }, 'PUT');
    const { claim } = judgeCall(rule, problem(404, 'ACCOUNT_NOT_FOUND'));
    expect(claim).toMatchObject({ code: 'ACCOUNT_NOT_FOUND', type: 'CutoffChanged', accountId: 'acme' });
    const read = { method: 'GET', path: '/v1/accounts/acme/history?limit=1', headers: [] };
    const { claim: ofRead } = judgeCall(read, problem(404, 'ACCOUNT_NOT_FOUND'));
    expect(ofRead).toMatchObject({ code: 'ACCOUNT_NOT_FOUND', type: undefined, accountId: 'acme' });
  });

  test.each<[string, Request, Answer, RegExp]>([
    ['valid and 400', payment, problem(400, 'INVALID_REQUEST'), /refused against the document/],
    ['invalid and 201', call('/v1/payments', { ...body, vat: 1 }), json(201, told), /accepted against the document/],
    ['invalid and 404', call('/v1/payments', { ...body, vat: 1 }), problem(404, 'ACCOUNT_NOT_FOUND'), /does not allow/],
    ['new and 200', payment, json(200, told), /status 200/],
    ['a duplicate and 201', payment, json(201, { ...told, duplicate: true }), /status 201/],
    ['500', payment, problem(500, 'INTERNAL_ERROR'), /status 500/],
    ['of a code that is not for it', payment, problem(409, 'ACCOUNT_EXISTS'), /not documented for 409/],
    ['of a status that is not for it', payment, problem(410, 'ID_CONFLICT'), /410 is not documented/],
    ['a problem of another status', payment, { ...problem(409, 'ID_CONFLICT'), status: 404 }, /says 409/],
    ['a problem without detail', payment, problem(409, 'ID_CONFLICT', { detail: '' }), /detail is empty/],
    ['no problem', payment, json(409, { status: 409, code: 'ID_CONFLICT', detail: 'd' }), /409 as application\/json/],
  ])('sees an answer that is %s', (_what, ...[request, answer, fault]) => {
    expect(judgeCall(request, answer).fault).toMatch(fault);
  });
});

describe('the verdict on a line', () => {
  const line = (content: object = body) => Buffer.from(JSON.stringify({ kind: 'payment', ...content }));
  const refusal = (status: number, code: string) => ({ status, code, detail: 'd' });

  test('that is accepted says what must be in the log', () => {
    const { fault, acknowledged } = judgeLine(line(), { status: 201, ...told }, { isPlain: true });
    expect([fault, acknowledged?.body, acknowledged?.type]).toEqual([undefined, body, 'PaymentRecorded']);
  });

  test('that would be accepted says that it can be, and that nothing is in the log', () => {
    const forecast = { status: 201, accountId: 'acme', kind: 'payment', id: 'p1', duplicate: false };
    const { acknowledged, claim } = judgeLine(line(), forecast, { isPlain: true, isDryRun: true });
    expect([acknowledged, claim?.code]).toEqual([undefined, 'ACCEPTABLE']);
  });

  test('that is refused by the ledger says what must be so by the log', () => {
    const { fault, claim } = judgeLine(line(), refusal(422, 'CURRENCY_MISMATCH'), { isPlain: true });
    expect(fault).toBeUndefined();
    expect(claim).toMatchObject({ code: 'CURRENCY_MISMATCH', type: 'PaymentRecorded', accountId: 'acme', body });
  });

  test.each<[string, Buffer, object, RegExp]>([
    ['valid and 400', line(), refusal(400, 'INVALID_REQUEST'), /refused against the document/],
    ['invalid and 422', line({ ...body, vat: 1 }), refusal(422, 'CURRENCY_MISMATCH'), /against the document/],
    ['invalid and 201', line({ ...body, vat: 1 }), { status: 201, ...told }, /accepted against the document/],
    ['a duplicate and 201', line(), { status: 201, ...told, duplicate: true }, /status 201/],
    ['an error of ours', line(), refusal(500, 'INTERNAL_ERROR'), /INTERNAL_ERROR/],
  ])('sees an answer that is %s', (_what, ...[bytes, answer, fault]) => {
    const full = 'code' in answer ? { ...answer, type: 'about:blank' } : answer;
    expect(judgeLine(bytes, full, { isPlain: false }).fault).toMatch(fault);
  });
});
