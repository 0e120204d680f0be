import { balanceOf, balanceTexts } from './index';
import type { Account, AccountEvent } from './index';
import { evolve } from './one-row.fixture';
import { adjusted, opened, paid, postpaid, reversed, ruled, used } from './story.fixture';

const fold = (...events: AccountEvent[]): Account => {
  const account = events.reduce<Account | undefined>(evolve, undefined);
  if (account === undefined) throw new Error('a story begins with an opening');
  return account;
};

const unit = 10_000_000_000n;
const none = { payments: 0n, usage: 0n, adjustments: 0n };

test('a new account has nothing, and postpaid as its rule unless it was opened with one', () => {
  expect(fold(opened())).toEqual({
    accountId: 'acme',
    name: 'Acme Telecom',
    currency: 'EUR',
    cutoff: postpaid,
    totals: { inbound: none, outbound: none },
  });
});

test.each<[string, AccountEvent, Partial<Account['totals']['inbound']>]>([
  ['a payment', paid('inbound', '2'), { payments: 2n * unit }],
  ['usage', used('inbound', '2'), { usage: 2n * unit }],
  ['usage at no price', used('inbound', '0'), {}],
  ['an adjustment up', adjusted('inbound', '2'), { adjustments: 2n * unit }],
  ['an adjustment down', adjusted('inbound', '-2'), { adjustments: -2n * unit }],
  ['a payment reversed', reversed('payment', 'inbound', '2'), { payments: -2n * unit }],
  ['usage reversed', reversed('usage', 'inbound', '2'), { usage: -2n * unit }],
  ['an adjustment up reversed', reversed('adjustment', 'inbound', '2'), { adjustments: -2n * unit }],
  ['an adjustment down reversed', reversed('adjustment', 'inbound', '-2'), { adjustments: 2n * unit }],
])('%s counts in the total of its own kind and direction only (DESIGN 2.8)', (_name, event, changed) => {
  expect(fold(opened(), event).totals).toEqual({ inbound: { ...none, ...changed }, outbound: none });
});

test('the outbound direction is kept apart from the inbound one', () => {
  const account = fold(opened(), paid('outbound', '7'), used('inbound', '2'), adjusted('outbound', '-1'));
  expect(balanceTexts(account)).toEqual({ inbound: '-2', outbound: '6', mutual: '8' });
  expect(balanceOf(account, 'mutual')).toBe(8n * unit);
});

test('a balance is payments minus usage plus adjustments', () => {
  const account = fold(
    opened(),
    paid('inbound', '10.5'),
    used('inbound', '3.25'),
    adjusted('inbound', '-0.0000000001'),
  );
  expect(balanceTexts(account).inbound).toBe('7.2499999999');
});

test('a sum may grow beyond the eighteen digits of one amount, exactly', () => {
  const largest = '999999999999999999.9999999999';
  expect(balanceTexts(fold(opened(), paid('inbound', largest), paid('inbound', largest))).inbound).toBe(
    '1999999999999999999.9999999998',
  );
});

test('a change of rule leaves the totals as they are', () => {
  const before = fold(opened(), paid('inbound', '1'), used('outbound', '2'));
  expect(evolve(before, ruled({ balances: ['mutual'] })).totals).toEqual(before.totals);
});

test('folding changes no account that was folded before', () => {
  const before = fold(opened(), paid('inbound', '1'));
  const copy = structuredClone(before);
  evolve(before, used('inbound', '1'));
  expect(before).toEqual(copy);
});

test('a stream that opens twice was not written by us and is refused', () => {
  expect(() => fold(opened(), opened())).toThrow('account acme is opened twice in its stream');
});

test('a stream that does not begin with an opening is refused', () => {
  expect(() => fold(paid('inbound', '1'))).toThrow('PaymentRecorded comes before AccountOpened in its stream');
});
