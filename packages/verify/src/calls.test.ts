import { findingsOf, textOf, verified } from './example.fixture';

/** An export of one account without a rule: what is held for its calls, line by line. */
const found = async (...events: [type: string, data: object][]): Promise<string[]> => {
  const all: [type: string, data: object][] = [['AccountOpened', { currency: 'EUR' }], ...events];
  const lines = all.map(([type, data], revision) =>
    JSON.stringify({
      position: String(revision + 1),
      ...{ stream: 'account-acme', revision, eventId: `event-${String(revision)}`, type },
      ...{ recordedAt: '2026-01-31T12:00:00.000Z', receivedAt: '2026-01-31T12:00:00.000Z' },
      data: { accountId: 'acme', ...data },
    }),
  );
  return findingsOf(await verified(textOf(lines), { checkpoints: {} }));
};

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
