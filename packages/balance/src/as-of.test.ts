import { balanceTexts, createAsOf, happenedAt, isBefore } from './index';
import type { AccountEvent, Moment } from './index';
import { adjusted, opened, openedWith, paid, reversed, ruled, used } from './story.fixture';

const day = (number: number): string => `2026-01-${String(number).padStart(2, '0')}T00:00:00.000Z`;

/** Received on a day. */
const on = (number: number, event: AccountEvent): AccountEvent =>
  ({ ...event, metadata: { ...event.metadata, source: { receivedAt: day(number) } } }) as AccountEvent;

const ended = (number: number, event: AccountEvent): AccountEvent =>
  ({ ...event, data: { ...event.data, startedAt: day(number - 1), endedAt: day(number) } }) as AccountEvent;

/** What the log holds of a month, each event received and recorded on its day. */
const month: [recorded: number, AccountEvent][] = [
  [2, opened()],
  [3, paid('inbound', '100')],
  [5, used('inbound', '10', 'u1')],
  [8, ended(4, used('inbound', '7', 'late'))],
  [10, reversed('usage', 'inbound', '10', 'u1')],
  [12, adjusted('inbound', '-3')],
  [14, ruled({ balances: ['inbound'], creditLimits: { inbound: '50' } })],
];

const inboundAsOf = (moment: Moment): string | undefined => {
  const fold = createAsOf(moment);
  for (const [recorded, event] of month) fold.apply(on(recorded, event), day(recorded));
  const account = fold.account();
  return account && balanceTexts(account).inbound;
};

test.each<[string, Moment, string | undefined]>([
  ['nothing, before it was opened', { recordedBefore: day(2) }, undefined],
  ['what was recorded, the end left out', { recordedBefore: day(5) }, '100'],
  ['a late call, not yet recorded', { recordedBefore: day(8) }, '90'],
  ['a late call, when it is recorded', { recordedBefore: day(9) }, '83'],
  ['a late call where it happened, however late it came', { occurredBefore: day(5) }, '93'],
  ['a late call, not in what was known of that day then', { occurredBefore: day(5), recordedBefore: day(8) }, '100'],
  ['a reversal when it was received, not what it takes back', { occurredBefore: day(6) }, '83'],
  ['a reversal from its day on', { occurredBefore: day(11) }, '93'],
  ['an adjustment', { occurredBefore: day(13) }, '90'],
  ['everything, without an end', {}, '90'],
])('%s', (_what, moment, inbound) => {
  expect(inboundAsOf(moment)).toBe(inbound);
});

test('a call of before its account was opened counts from when it happened', () => {
  const fold = createAsOf({ occurredBefore: day(2) });
  fold.apply(on(5, opened()), day(5));
  fold.apply(on(6, ended(1, used('inbound', '4'))), day(6));
  fold.apply(on(7, ended(3, used('inbound', '8', 'u2'))), day(7));
  const account = fold.account();
  expect(account && balanceTexts(account).inbound).toBe('-4');
});

test('the rule is that of then', () => {
  const cutoffAsOf = (moment: Moment) => {
    const fold = createAsOf(moment);
    fold.apply(on(1, openedWith('inbound')), day(1));
    fold.apply(on(3, ruled({ balances: ['mutual'] })), day(3));
    return fold.account()?.cutoff.balances;
  };
  expect(cutoffAsOf({ occurredBefore: day(3) })).toEqual(['inbound']);
  expect(cutoffAsOf({ recordedBefore: day(3) })).toEqual(['inbound']);
  expect(cutoffAsOf({ occurredBefore: day(4) })).toEqual(['mutual']);
});

test('it says of each event whether it was recorded by then', () => {
  const fold = createAsOf({ recordedBefore: day(3), occurredBefore: day(1) });
  expect(fold.apply(on(2, opened()), day(2))).toBe(true);
  expect(fold.apply(on(2, paid('inbound', '1')), day(2))).toBe(true);
  expect(fold.apply(on(3, paid('inbound', '1', 'p2')), day(3))).toBe(false);
});

test.each<[string, AccountEvent, string]>([
  ['a call when it ended', ended(4, used('inbound', '1')), day(4)],
  [
    'a payment when it was paid',
    { ...paid('inbound', '1'), data: { ...paid('inbound', '1').data, paidAt: day(3) } } as AccountEvent,
    day(3),
  ],
  ['what does not say, when it was received', paid('inbound', '1'), day(9)],
])('%s', (_what, event, time) => {
  expect(happenedAt(on(9, event))).toBe(time);
});

test.each([
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000000001Z', true],
  ['2026-01-31T12:00:00.000Z', '2026-01-31T12:00:00+00:00', false],
  ['2026-01-31T12:00:00.5Z', '2026-01-31T12:00:00.50-00:00', false],
  ['2026-01-31T12:00:00.0004Z', '2026-01-31T12:00:00.0005Z', true],
  ['2026-01-31T12:00:00.1Z', '2026-01-31T12:00:00.09Z', false],
  ['2026-01-31T11:59:59.999999999Z', '2026-01-31T12:00:00Z', true],
])('%s is before %s: %s', (time, end, expected) => {
  expect(isBefore(time, end)).toBe(expected);
});
