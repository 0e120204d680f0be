import { findingsOf, textOf, verified } from './example.fixture';

/** An export of one account without a rule: what is held for its calls, line by line. */
const found = async (...events: [type: string, data: object][]): Promise<string[]> => {
  const all: [type: string, data: object][] = [['AccountOpened', { currency: 'EUR' }], ...events];
  const lines = all.map(([type, data], revision) =>
    JSON.stringify({
      position: String(revision + 1),
      ...{ stream: 'account-acme', revision, eventId: `event-${String(revision)}`, type },
      ...{ recordedAt: '2026-01-31T12:00:00.000Z', receivedAt: '2026-01-31T12:00:00.000Z' },
      ...originIn(data),
      data: { accountId: 'acme', ...data, origin: undefined },
    }),
  );
  return findingsOf(await verified(textOf(lines), { checkpoints: {} }));
};

const originIn = (data: object): object => ('origin' in data ? (data.origin as object) : {});

const placed = (authorizationId: string): [string, object] => [
  'ReservationPlaced',
  { authorizationId, direction: 'inbound', grant: { seconds: 9, reserved: '1' } },
];
const ended = (type: string, authorizationId: string, more: object = {}): [string, object] => [
  type,
  { authorizationId, ...more },
];
const usage = (authorizationId: string, final: boolean): [string, object] => [
  'UsageCharged',
  {
    usageId: `u-${authorizationId}-${String(final)}`,
    direction: 'inbound',
    amount: '1',
    currency: 'EUR',
    authorizationId,
    final,
  },
];

test('calls that are placed, extended, released, used and over are as they should be', async () => {
  const extension = { number: 1, grant: { seconds: 9, reserved: '2' } };
  expect(
    await found(
      ...[placed('a'), ended('ReservationExtended', 'a', extension), usage('a', false)],
      ...[ended('ReservationReleased', 'a', { reserved: '0.5' }), usage('a', true)],
      ...[
        placed('b'),
        ended('ReservationExpired', 'b'),
        ended('ReservationReleased', 'b', { reserved: '0.5' }),
        placed('c'),
        ended('ReservationReleased', 'c', { reserved: '0' }),
      ],
    ),
  ).toEqual([]);
});

test.each<[string, [string, object][]]>([
  ['placed twice', [placed('a'), placed('a')]],
  [
    'extended when it was over',
    [placed('a'), ended('ReservationReleased', 'a', { reserved: '0' }), ended('ReservationExtended', 'a')],
  ],
  ['released when its last usage had come', [placed('a'), usage('a', true), ended('ReservationReleased', 'a')]],
  ['ended and never placed', [placed('b'), ended('ReservationExpired', 'a')]],
])('a call that is %s breaks a rule', async (_which, events) => {
  expect(await found(...events)).toEqual([
    expect.stringMatching(
      /^line \d: (authorization a is placed twice|Reservation\w+ of authorization a, for which nothing is held)$/,
    ),
  ]);
});

const reversal = (reserved: string, authorizationId = 'a', isFinal = false): [string, object] => [
  'EntryReversed',
  {
    ...{ reversalId: `r-${authorizationId}`, of: { kind: 'usage', id: `u-a-${String(isFinal)}` } },
    ...{ origin: { reversed: { direction: 'inbound', amount: '1' }, restored: { authorizationId, reserved } } },
  },
];

test('usage of a call that goes on, taken back, is held again; histories of before say nothing of it', async () => {
  const [type, { origin: _, ...before }] = reversal('1') as [string, { origin: object }];
  expect(await found(placed('a'), usage('a', false), reversal('1'), ended('ReservationExpired', 'a'))).toEqual([]);
  expect(await found(placed('a'), usage('a', false), [type, before])).toEqual([]);
});

test.each<[string, [string, object][], RegExp]>([
  ['more than it takes back', [placed('a'), usage('a', false), reversal('1.5')], /restored from 0 to 1\.5, by 1$/],
  [
    'less than there was',
    [placed('a'), usage('a', false), ended('ReservationExtended', 'a', { grant: { reserved: '2' } }), reversal('1')],
    /restored from 2 to 1, by 1$/,
  ],
  ['the call of another', [placed('a'), placed('b'), usage('a', false), reversal('1', 'b')], /was not of call b/],
  ['a call that is over', [placed('a'), usage('a', false), usage('a', true), reversal('1')], /nothing is held for it/],
  [
    'what was the last of its call',
    [placed('a'), usage('a', true), placed('a'), reversal('1', 'a', true)],
    /not of call a/,
  ],
])('a reversal that restores %s breaks a rule', async (_which, events, fault) => {
  expect(await found(...events)).toEqual([expect.stringMatching(fault)]);
});
