import { topicsOf } from '@tollgate/contracts';
import type { RejectedMessage } from '@tollgate/contracts';
import { accountIdIn, createForecast, inOrder, isSelected, payloadBytes } from './redrive';

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

const from = (offset: string, changes: Partial<RejectedMessage> = {}): RejectedMessage =>
  rejected({ ...changes, source: { topic: topics.payments, partition: 0, offset, ...changes.source } });

test('messages keep the order of their producers: by topic, partition and offset as a number', () => {
  const placed = (topic: string, partition: number, offset: string) =>
    rejected({ source: { topic, partition, offset } });
  const sorted = [
    placed(topics.payments, 0, '9'),
    placed(topics.payments, 0, '10'),
    placed(topics.payments, 1, '2'),
    placed(topics.usage, 0, '1'),
  ];
  expect(inOrder(sorted.toReversed())).toEqual(sorted);
});

describe('saying what would happen', () => {
  const applicable = { duplicate: false };
  const outlooksOf = async (messages: RejectedMessage[], answer: Parameters<typeof createForecast>[1]) =>
    (await createForecast(topics, answer)(messages)).map(([, outlook]) => outlook);
  const answering = (answer: { duplicate: boolean } | { code: string; detail: string }) => (lines: readonly Buffer[]) =>
    Promise.resolve(lines.map(() => answer));

  test('what a dry run answers is what would happen', async () => {
    const refusal = { code: 'CURRENCY_MISMATCH', detail: 'account acme is kept in USD, not EUR' };
    expect(await outlooksOf([rejected()], answering(applicable))).toEqual([{ status: 'applies' }]);
    expect(await outlooksOf([rejected()], answering({ duplicate: true }))).toEqual([{ status: 'duplicate' }]);
    expect(await outlooksOf([rejected()], answering(refusal))).toEqual([{ status: 'refused', ...refusal }]);
  });

  test('a dry run is given the messages that are whole, as lines of a batch, and its answers go to their messages', async () => {
    const asked: string[] = [];
    const outlooks = await outlooksOf([rejected({ payload: '{' }), rejected()], (lines) => {
      asked.push(...lines.map(String));
      return Promise.resolve([applicable]);
    });
    expect(asked.map((line) => JSON.parse(line) as unknown)).toEqual([
      { kind: 'payment', ...(JSON.parse(payload) as object) },
    ]);
    expect(outlooks).toMatchObject([{ status: 'refused', code: 'INVALID_REQUEST' }, { status: 'applies' }]);
  });

  test('of several messages with one id the first counts: later ones are duplicates of it, or in conflict with it', async () => {
    const forecast = createForecast(topics, answering(applicable));
    const first = await forecast([from('1'), from('2', { payload: payload.replace('"5"', '"5.0"') })]);
    const later = await forecast([from('3', { payload: payload.replace('"5"', '"6"') }), from('4')]);
    expect([...first, ...later].map(([, outlook]) => outlook)).toEqual([
      { status: 'applies' },
      { status: 'duplicate' },
      {
        status: 'refused',
        code: 'ID_CONFLICT',
        detail: 'payment p1 is in an earlier message with other content',
      },
      { status: 'duplicate' },
    ]);
  });

  test.each([
    ['INVALID_REQUEST', rejected({ payload: '{' })],
    ['INVALID_REQUEST', rejected({ payload: payload.replace('"5"', '5') })],
    ['INVALID_REQUEST', rejected({ payload: null })],
    ['INCOMPLETE', rejected({ truncated: true })],
    ['INCOMPLETE', rejected({ source: { topic: 'other', partition: 0, offset: '1' } })],
  ])('%s is told without asking', async (code, message) => {
    const asking = () => Promise.reject(new Error('asked'));
    expect(await outlooksOf([message], asking)).toMatchObject([{ status: 'refused', code }]);
  });
});
