import { checkMessages } from './check-messages';
import { events, faultsOf, payment } from './check-log.fixture';

const source = { topic: 'tollgate.payments.v1', partition: 0, offset: '0' };
const rejected = (code: string, payload: object) => ({
  stream: 'rejected-tollgate.payments.v1-0',
  type: 'MessageRejected',
  position: 5n,
  data: { code, detail: 'd', receivedAt: '2026-01-31T12:00:00.000Z', source, ...payload },
});
const bytesOf = (body: object) => Buffer.from(JSON.stringify(body));
const asText = (body: object) => ({ payload: JSON.stringify(body) });

const faults = (value: Buffer | null, rejection?: object): string[] =>
  faultsOf((report) => {
    const sent = { topic: 'payments.v1', partition: 0, offset: '0', value, since: 4 };
    checkMessages(rejection === undefined ? events : [...events, rejection], [sent], report);
  });

test('a gap in an input that has none is a fault', () => {
  const lost = { stream: 'lost-t-0', type: 'InputLost', data: { from: '5', to: '8' } };
  expect(faults(bytesOf(payment), lost)).toEqual(['lost-t-0 tells of 5 to 8, and nothing was lost']);
});

const changed = { ...payment, amount: '6' };
const foreign = { ...payment, accountId: 'globex' };
const nothing = Buffer.from([0x7b, 0xff]);
const long = Buffer.alloc(800_000, '"');

test.each([
  ['recorded', bytesOf(payment), undefined],
  ['recorded in other words', bytesOf({ ...payment, amount: '5.000' }), undefined],
  ['a conflict', bytesOf(changed), rejected('ID_CONFLICT', asText(changed))],
  ['of an account unknown', bytesOf(foreign), rejected('ACCOUNT_NOT_FOUND', asText(foreign))],
  ['without a value', null, rejected('INVALID_REQUEST', { payload: null })],
  ['no text', nothing, rejected('INVALID_REQUEST', { payloadBase64: nothing.toString('base64') })],
  ['too long', long, rejected('INVALID_REQUEST', { payload: '""', truncated: true, sizeBytes: 800_000 })],
])('a message that is %s passes', (_what, value, rejection) => {
  expect(faults(value, rejection)).toEqual([]);
});

test.each<[string, Buffer | null, object | undefined, RegExp]>([
  ['a conflict and not rejected', bytesOf(changed), undefined, /not rejected, and under its id stands/],
  ['nowhere', bytesOf({ ...payment, paymentId: 'p2' }), undefined, /neither in the log nor rejected/],
  ['invalid and not rejected', nothing, undefined, /neither in the log nor rejected/],
  ['recorded and rejected', bytesOf(payment), rejected('ID_CONFLICT', asText(payment)), /with this content/],
  [
    'of an account known, and 404',
    bytesOf({ ...payment, paymentId: 'p2' }),
    rejected('ACCOUNT_NOT_FOUND', asText({ ...payment, paymentId: 'p2' })),
    /it was open/,
  ],
  ['a conflict, and 422', bytesOf(changed), rejected('CURRENCY_MISMATCH', asText(changed)), /kept in EUR/],
  ['valid, and 400', bytesOf(changed), rejected('INVALID_REQUEST', asText(changed)), /against the document/],
  ['invalid, and 409', nothing, rejected('ID_CONFLICT', { payload: '{' }), /against the document/],
  ['rejected with another payload', bytesOf(changed), rejected('ID_CONFLICT', asText(payment)), /not what was sent/],
  [
    'rejected with half of it',
    Buffer.from('{}'),
    rejected('INVALID_REQUEST', { payload: '{' }),
    /not all that was sent/,
  ],
  [
    'cut without need',
    Buffer.from('{}'),
    rejected('INVALID_REQUEST', { payload: '{', truncated: true, sizeBytes: 2 }),
    /1 of 2 bytes/,
  ],
  [
    'cut, with a wrong size',
    long,
    rejected('INVALID_REQUEST', { payload: '"', truncated: true, sizeBytes: 2 }),
    /1 of 2 bytes/,
  ],
  ['without a value, and with one', null, rejected('INVALID_REQUEST', { payload: '' }), /not null/],
  [
    'rejected without a word',
    nothing,
    rejected('INVALID_REQUEST', { payloadBase64: 'e/8=', detail: '' }),
    /detail is empty/,
  ],
])('sees a message that is %s', (_what, ...[value, rejection, fault]) => {
  expect(faults(value, rejection)).toEqual([expect.stringMatching(fault)]);
});

test('sees a rejection of what was never sent', () => {
  const sent = { ...rejected('INVALID_REQUEST', { payload: '{' }) };
  expect(faultsOf((report) => checkMessages([...events, sent], [], report))).toEqual([
    'tollgate.payments.v1/0/0 was rejected and never sent',
  ]);
});
