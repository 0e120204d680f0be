import { topicsOf } from '@tollgate/contracts';
import type { RejectedMessage } from '@tollgate/contracts';
import { accountIdIn, forecast, isSelected, payloadBytes } from './redrive';

const topics = topicsOf('tollgate.');
const payload = '{"paymentId":"p1","accountId":"acme","direction":"inbound","amount":"5","currency":"EUR"}';
const rejected = (changes: Partial<RejectedMessage> = {}): RejectedMessage => ({
  code: 'ACCOUNT_NOT_FOUND',
  detail: 'account acme is not open',
  receivedAt: '2026-01-31T12:00:00.000Z',
  source: { topic: topics.payments, partition: 0, offset: '7' },
  payload,
  ...changes,
});
const currencies = (known: Record<string, string>) => (accountId: string) => Promise.resolve(known[accountId]);

describe('choosing what to send again', () => {
  test.each([
    ['everything fits when nothing is asked', {}, true],
    ['the code fits', { codes: ['ACCOUNT_NOT_FOUND', 'INVALID_REQUEST'] }, true],
    ['another code does not', { codes: ['INVALID_REQUEST'] }, false],
    ['the account fits', { accounts: ['acme'] }, true],
    ['another account does not', { accounts: ['globex'] }, false],
    ['since is included', { since: new Date('2026-01-31T12:00:00Z') }, true],
    ['until is excluded', { until: new Date('2026-01-31T12:00:00Z') }, false],
  ])('%s', (_title, selection, isFit) => {
    expect(isSelected(rejected(), selection)).toBe(isFit);
  });

  test('a message without a readable account fits no account', () => {
    expect(accountIdIn(rejected({ payload: '{' }))).toBeUndefined();
    expect(isSelected(rejected({ payload: '{' }), { accounts: ['acme'] })).toBe(false);
  });

  test('the bytes are those first received, and a cut message has none to send', () => {
    expect(payloadBytes(rejected())?.toString()).toBe(payload);
    expect(payloadBytes(rejected({ payload: undefined, payloadBase64: '/w==' }))).toEqual(Buffer.from([0xff]));
    expect(payloadBytes(rejected({ truncated: true, sizeBytes: 2_000_000 }))).toBeUndefined();
    expect(payloadBytes(rejected({ payload: null }))).toBeUndefined();
  });
});

describe('saying what would happen', () => {
  test('it applies once the account is open in its currency', async () => {
    expect(await forecast(rejected(), topics, currencies({ acme: 'EUR' }))).toEqual({ willApply: true });
  });

  test.each([
    ['ACCOUNT_NOT_FOUND', rejected(), {}],
    ['CURRENCY_MISMATCH', rejected(), { acme: 'USD' }],
    ['INVALID_REQUEST', rejected({ payload: '{' }), { acme: 'EUR' }],
    ['INVALID_REQUEST', rejected({ payload: payload.replace('"5"', '5') }), { acme: 'EUR' }],
    ['INVALID_REQUEST', rejected({ payload: null }), { acme: 'EUR' }],
    ['ID_CONFLICT', rejected({ code: 'ID_CONFLICT' }), { acme: 'EUR' }],
    ['INCOMPLETE', rejected({ truncated: true }), { acme: 'EUR' }],
    ['INCOMPLETE', rejected({ source: { topic: 'other', partition: 0, offset: '1' } }), { acme: 'EUR' }],
  ])('%s stays a refusal while its cause is there', async (code, message, known) => {
    expect(await forecast(message, topics, currencies(known))).toMatchObject({ willApply: false, code });
  });
});
