import { Oracle, Violation } from './oracle';

const at = '2026-01-31T12:00:00.000Z';
const metadata = { receivedAt: at };

const account = (revision: number, type: string, data: object) => ({
  stream: 'account-acme',
  revision,
  eventId: `event-${String(revision)}`,
  type,
  data,
  metadata,
});
const entry = { accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' };
const opened = account(0, 'AccountOpened', { accountId: 'acme', currency: 'EUR', cutoff: { balances: ['inbound'] } });
const paid = (revision: number, paymentId: string) => account(revision, 'PaymentRecorded', { paymentId, ...entry });

const commandIds = ['583c115f-cb4d-5a94-92fb-0ed517c99d10', '7f9cdc11-4b07-577c-92f5-8f09eb7a5bfc'];

const decided = (sequence: number, type: string, [cause, inbound]: [number, string]) => ({
  stream: 'cutoff-acme',
  revision: sequence - 1,
  eventId: commandIds[sequence - 1] ?? '',
  type,
  data: {
    accountId: 'acme',
    direction: 'inbound',
    sequence,
    exhausted: type === 'TrafficBlocked' ? ['inbound'] : [],
    balances: { inbound, outbound: '0', mutual: `${inbound === '0' ? '' : '-'}${inbound}` },
    currency: 'EUR',
    cause: {
      type: cause === 0 ? 'AccountOpened' : 'PaymentRecorded',
      eventId: `event-${String(cause)}`,
      stream: 'account-acme',
      revision: cause,
    },
    decidedAt: at,
  },
});

const blocked = decided(1, 'TrafficBlocked', [0, '0']);
const unblocked = decided(2, 'TrafficUnblocked', [1, '1']);

const published = ({ type, data }: typeof blocked, changes: object = {}, key = 'acme/inbound') => ({
  topic: 'tollgate.traffic-control.v1',
  key,
  value: JSON.stringify({
    type: type === 'TrafficBlocked' ? 'BlockTraffic' : 'UnblockTraffic',
    commandId: commandIds[data.sequence - 1],
    ...data,
    ...changes,
  }),
});

const check =
  (events: object[], messages: object[] = []) =>
  () => {
    const oracle = new Oracle();
    oracle.follow(events);
    oracle.checkPublished(messages as Parameters<Oracle['checkPublished']>[0]);
  };

describe('the checker of the proofs', () => {
  test('accepts a log and a topic that are right, and copies that are the same bytes', () => {
    expect(
      check(
        [opened, blocked, paid(1, 'p1'), unblocked],
        [published(blocked), published(blocked), published(unblocked)],
      ),
    ).not.toThrow();
  });

  test('takes an account without a rule as postpaid', () => {
    expect(check([account(0, 'AccountOpened', { accountId: 'acme', currency: 'EUR' }), paid(1, 'p1')])).not.toThrow();
  });

  test.each([
    ['an event that is missing', [opened, paid(2, 'p1')], /P1: a gap/],
    ['an id that counts twice', [opened, paid(1, 'p1'), paid(2, 'p1')], /P1: .* counts twice/],
    ['a decision that no edge is due for', [opened, blocked, decided(2, 'TrafficBlocked', [0, '0'])], /P3/],
    ['a decision that is skipped', [opened, paid(1, 'p1'), unblocked], /P3/],
    ['a decision with another cause', [opened, decided(1, 'TrafficBlocked', [1, '0'])], /P3/],
    ['a decision with another balance', [opened, decided(1, 'TrafficBlocked', [0, '5'])], /P2/],
    [
      'a decision with another mutual balance',
      [opened, { ...blocked, data: { ...blocked.data, balances: { ...blocked.data.balances, mutual: '1' } } }],
      /P2/,
    ],
    ['a decision in another currency', [opened, { ...blocked, data: { ...blocked.data, currency: 'USD' } }], /P3/],
    ['a decision under another id', [opened, { ...blocked, eventId: commandIds[1] }], /P3/],
    ['a sequence that leaps', [opened, { ...decided(2, 'TrafficBlocked', [0, '0']), revision: 0 }], /P3/],
  ])('sees %s', (_what, events, promise) => {
    expect(check(events)).toThrow(Violation);
    expect(check(events)).toThrow(promise);
  });

  const call = { accountId: 'acme', authorizationId: 'a', direction: 'inbound' };
  const placed = account(1, 'ReservationPlaced', { ...call, grant: { seconds: 0, reserved: '2' } });
  const interim = {
    ...account(2, 'UsageCharged', { usageId: 'u1', ...entry, authorizationId: 'a', final: false }),
    metadata: { ...metadata, authorization: { state: 'reduced' } },
  };
  const postpaid = account(0, 'AccountOpened', { accountId: 'acme', currency: 'EUR' });
  const taken = (reserved: string, authorizationId = 'a') => ({
    ...account(3, 'EntryReversed', { reversalId: 'r1', accountId: 'acme', of: { kind: 'usage', id: 'u1' } }),
    metadata: {
      ...metadata,
      reversed: { direction: 'inbound', amount: '1' },
      restored: { authorizationId, reserved },
    },
  });
  test('accepts usage of a call that goes on, taken back', () => {
    expect(check([postpaid, placed, interim, taken('2')])).not.toThrow();
  });
  test.each([
    ['more held again than was taken back', taken('2.1'), /P2: r1 holds 2.1 for a, after 1/],
    ['less held than before', taken('0.9'), /P2: r1 holds 0.9 for a/],
    ['a call restored for which nothing is held', taken('2', 'b'), /P1: r1 restores b/],
  ])('sees %s', (_what, reversal, promise) => {
    expect(check([postpaid, placed, interim, reversal])).toThrow(promise);
  });

  const gap = { topic: 'usage.v1', partition: 0, from: '5', to: '8', why: 'deleted', logPosition: '3' };
  const lost = (data: object, stream = 'lost-usage.v1-0') => ({ stream, type: 'InputLost', data, metadata });
  test('accepts gaps in the input, each told of once', () => {
    expect(
      check([lost(gap), lost({ ...gap, logPosition: '9' }), lost({ ...gap, to: '0', why: 'recreated' })]),
    ).not.toThrow();
  });
  test.each([
    ['a gap that is told of twice', [lost(gap), lost({ ...gap, from: '6' })], /P5: .* lost twice/],
    ['a gap that stands elsewhere', [lost(gap, 'lost-usage.v1-1')], /P5: .* stands in/],
    ['a gap that is none', [lost({ ...gap, to: '5' })], /P5: nothing can be lost/],
  ])('sees %s', (_what, told, promise) => {
    expect(check(told)).toThrow(promise);
  });

  const events = [opened, blocked, paid(1, 'p1'), unblocked];
  test.each([
    ['commands in another order', [published(unblocked), published(blocked)], /P3/],
    ['a command nobody decided', [published(decided(3, 'TrafficBlocked', [1, '0']))], /P3/],
    ['two contents under one sequence', [published(blocked), published(blocked, { decidedAt: 'later' })], /P4/],
    ['another commandId', [published(blocked, { commandId: commandIds[1] })], /P3/],
    ['another command', [published(blocked, { type: 'UnblockTraffic' })], /P3/],
    ['another moment', [published(blocked, { decidedAt: '2026-01-31T12:00:01.000Z' })], /P3/],
    ['other balances exhausted', [published(blocked, { exhausted: ['mutual'] })], /P3/],
    ['a decision that is not published', [published(blocked)], /P3: 2 decisions, 1 commands/],
    ['another key', [published(blocked, {}, 'acme')], /P3/],
    ['an older command as the last', [published(blocked), published(unblocked), published(blocked)], /P3: the last/],
  ])('sees %s', (_what, messages, promise) => {
    expect(check(events, messages)).toThrow(promise);
  });

  const rejection = (offset: string, payload: string, code: string) => ({
    stream: 'rejected-usage.v1-0',
    revision: Number(offset),
    type: 'MessageRejected',
    data: { source: { topic: 'usage.v1', partition: 0, offset }, payload, code },
    metadata,
  });
  const { data: refused, ...event } = rejection('1', '{', 'INVALID_REQUEST');
  const usage = { usageId: 'u1', ...entry };
  const message = (offset: string, value: string) => ({
    topic: 'usage.v1',
    partition: 0,
    offset,
    value: Buffer.from(value),
  });
  const onRejected = (value: object, key = 'usage.v1/0/1') => ({
    topic: 'tollgate.rejected.v1',
    key,
    value: JSON.stringify(value),
  });
  const afterRefusal = (...more: object[]): Oracle => {
    const oracle = new Oracle();
    oracle.follow([
      account(0, 'AccountOpened', { accountId: 'acme', currency: 'EUR', cutoff: { balances: [] } }),
      account(1, 'UsageCharged', usage),
      { ...event, data: refused },
      ...more,
    ]);
    return oracle;
  };

  test('accepts messages that are in the log or rejected, and rejections as they are in the log', () => {
    const oracle = afterRefusal();
    oracle.checkConsumed([message('0', JSON.stringify(usage)), message('1', '{'), message('2', JSON.stringify(usage))]);
    expect(oracle.checkRejected([onRejected(refused), onRejected(refused)])).toBe(1);
  });

  const conflict = JSON.stringify({ ...usage, amount: '2' });
  const foreign = JSON.stringify({ ...usage, accountId: 'nobody' });

  test('accepts a conflict and an unknown account that are rejected as such', () => {
    const more = [rejection('2', conflict, 'ID_CONFLICT'), rejection('3', foreign, 'ACCOUNT_NOT_FOUND')];
    afterRefusal(...more).checkConsumed([message('2', conflict), message('3', foreign)]);
  });

  test.each([
    ['is nowhere', message('0', JSON.stringify({ ...usage, usageId: 'u2' })), /P1/],
    ['conflicts and is not rejected', message('0', conflict), /P5/],
    ['nobody can read and is not rejected', message('0', 'null'), /P5/],
    ['is rejected with another payload', message('1', '{"'), /P5/],
    ['is in the log and rejected', message('2', JSON.stringify(usage)), /P5/],
    ['is rejected for another reason', message('3', foreign), /P5/],
  ])('sees a message that %s', (_what, consumed, promise) => {
    const more = [rejection('2', JSON.stringify(usage), 'ID_CONFLICT'), rejection('3', foreign, 'CURRENCY_MISMATCH')];
    expect(() => {
      afterRefusal(...more).checkConsumed([consumed]);
    }).toThrow(promise);
  });

  test.each([
    ['is not published', [], /P5: 1 rejections, 0 published/],
    ['is published with another code', [onRejected({ ...refused, code: 'ID_CONFLICT' })], /P5/],
    ['is published under another key', [onRejected(refused, 'usage.v1/0/2')], /P5/],
  ])('sees a rejection that %s', (_what, messages, promise) => {
    expect(() => afterRefusal().checkRejected(messages)).toThrow(promise);
  });
});

describe('what is held for calls', () => {
  const placed = (revision: number, authorizationId: string, reserved: string) =>
    account(revision, 'ReservationPlaced', { ...entry, authorizationId, grant: { seconds: 9, reserved } });
  const of = (authorizationId: string) => ({ accountId: 'acme', authorizationId });
  const begin = [opened, blocked, paid(1, 'p1'), unblocked];

  test.each<[string, object[], RegExp | undefined]>([
    ['is what the balance has', [placed(2, 'a', '0.5'), placed(3, 'b', '0.5')], undefined],
    [
      'is more than the balance has',
      [placed(2, 'a', '0.5'), placed(3, 'b', '0.6')],
      /P2: b of acme holds more than inbound/,
    ],
    ['was placed before', [placed(2, 'a', '0'), placed(3, 'a', '0')], /P1: a of acme is placed twice/],
    [
      'is over',
      [placed(2, 'a', '1'), account(3, 'ReservationReleased', { ...of('a'), reserved: '0' }), placed(4, 'b', '1')],
      undefined,
    ],
    [
      'stays for what nobody told the end of',
      [placed(2, 'a', '1'), account(3, 'ReservationExpired', of('a')), placed(4, 'b', '0.1')],
      /P2: b of acme holds more/,
    ],
    ['was never placed', [account(2, 'ReservationExpired', of('a'))], /P1: ReservationExpired of a of acme/],
    [
      'stays for what was used',
      [placed(2, 'a', '1'), account(3, 'ReservationReleased', { ...of('a'), reserved: '0.2' }), placed(4, 'b', '0.9')],
      /P2: b of acme holds more/,
    ],
  ])('%s', (_which, events, fault) => {
    const checked = check([...begin, ...events], [published(blocked), published(unblocked)]);
    if (fault === undefined) expect(checked).not.toThrow();
    else expect(checked).toThrow(fault);
  });
});
