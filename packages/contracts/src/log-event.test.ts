import { accountStream, cutoffStream, isAccountEvent, lostStream, rejectedStream } from './index';

test('streams are named after what they are about', () => {
  expect(accountStream('acme')).toBe('account-acme');
  expect(cutoffStream('acme')).toBe('cutoff-acme');
  expect(rejectedStream('tollgate.usage.v1', 5)).toBe('rejected-tollgate.usage.v1-5');
  expect(lostStream('tollgate.usage.v1', 5)).toBe('lost-tollgate.usage.v1-5');
});

test.each([
  ['AccountOpened', true],
  ['CutoffChanged', true],
  ['PaymentRecorded', true],
  ['UsageCharged', true],
  ['BalanceAdjusted', true],
  ['EntryReversed', true],
  ['TrafficBlocked', false],
  ['TrafficUnblocked', false],
  ['MessageRejected', false],
  ['InputLost', false],
  ['SigningKeyChanged', false],
] as const)('%s being an event of an account is %s', (type, isOfAccount) => {
  expect(isAccountEvent({ type })).toBe(isOfAccount);
});
