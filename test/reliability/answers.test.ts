import { isAsTold, isRightlyRefused } from './answers';
import { Oracle } from './oracle';

const metadata = { receivedAt: '2026-01-31T12:00:00.000Z' };
const rule = { balances: [] };
const opening = { accountId: 'acme', currency: 'EUR', cutoff: rule };
const usage = { usageId: 'u', accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' };
const reversal = { reversalId: 'r', accountId: 'acme', of: { kind: 'usage', id: 'u' }, reason: 'why', actor: 'who' };
const event = (revision: number, type: string, data: object) => ({
  ...{ stream: 'account-acme', revision, position: BigInt(revision + 1), eventId: `e${String(revision)}`, type },
  ...{ data, metadata },
});
const opened = event(0, 'AccountOpened', opening);
const charged = event(1, 'UsageCharged', usage);
const reversed = event(2, 'EntryReversed', reversal);

const oracleOf = (...events: object[]): Oracle => {
  const oracle = new Oracle();
  oracle.follow(events);
  return oracle;
};
const refused = (kind: string, body: object, [code, after]: [string, number]) => ({
  kind,
  body,
  after,
  answer: { code },
});

test.each([
  ['a reversal whose original came later', 'reversal', reversal, ['ORIGINAL_NOT_FOUND', 1], true],
  ['one whose original was there', 'reversal', reversal, ['ORIGINAL_NOT_FOUND', 2], false],
  ['another reversal of what is reversed', 'reversal', { ...reversal, reversalId: 's' }, ['ALREADY_REVERSED', 3], true],
  ['the reversal that counted', 'reversal', reversal, ['ALREADY_REVERSED', 3], false],
  ['a conflict', 'usage', { ...usage, amount: '2' }, ['ID_CONFLICT', 3], true],
  ['the same again', 'usage', usage, ['ID_CONFLICT', 3], false],
  ['a call of an open account', 'usage', { ...usage, usageId: 'v' }, ['ACCOUNT_NOT_FOUND', 3], false],
  ['another opening', 'opening', { ...opening, currency: 'USD' }, ['ACCOUNT_EXISTS', 3], true],
  ['the same opening', 'opening', opening, ['ACCOUNT_EXISTS', 3], false],
  ['a rule', 'rule', { accountId: 'acme', rule }, ['ACCOUNT_NOT_FOUND', 3], false],
] as const)('refusing %s is judged by the log', (_what, kind, body, [code, after], isRight) => {
  expect(isRightlyRefused(oracleOf(opened, charged, reversed), refused(kind, body, [code, after]))).toBe(isRight);
});

test('an acknowledged rule is that of the change, or of the opening if it was in force already', () => {
  const told = (duplicate: boolean) => ({
    ...{ kind: 'rule', body: { accountId: 'acme', rule }, after: 0 },
    answer: { revision: 0, duplicate },
  });
  expect([isAsTold(opened, told(true)), isAsTold(opened, told(false))]).toEqual([true, false]);
  const changed = { ...opened, type: 'CutoffChanged', data: rule };
  expect(isAsTold(changed, told(false))).toBe(true);
  expect(isAsTold({ ...changed, data: { balances: ['mutual'] } }, told(false))).toBe(false);
});
