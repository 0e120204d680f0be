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
  // The oracle marks events as reversed.
  oracle.follow(events.map((one) => ({ ...one })));
  return oracle;
};

test.each([
  {
    what: 'a reversal whose original came later',
    kind: 'reversal',
    body: reversal,
    answer: ['ORIGINAL_NOT_FOUND', 1],
    isRight: true,
  },
  {
    what: 'one whose original was there',
    kind: 'reversal',
    body: reversal,
    answer: ['ORIGINAL_NOT_FOUND', 2],
    isRight: false,
  },
  {
    what: 'another reversal of it',
    kind: 'reversal',
    body: { ...reversal, reversalId: 's' },
    answer: ['ALREADY_REVERSED', 3],
    isRight: true,
  },
  {
    what: 'the reversal that counted',
    kind: 'reversal',
    body: reversal,
    answer: ['ALREADY_REVERSED', 3],
    isRight: false,
  },
  { what: 'a conflict', kind: 'usage', body: { ...usage, amount: '2' }, answer: ['ID_CONFLICT', 3], isRight: true },
  { what: 'the same again', kind: 'usage', body: usage, answer: ['ID_CONFLICT', 3], isRight: false },
  {
    what: 'a call of an open account',
    kind: 'usage',
    body: { ...usage, usageId: 'v' },
    answer: ['ACCOUNT_NOT_FOUND', 3],
    isRight: false,
  },
  {
    what: 'another opening',
    kind: 'opening',
    body: { ...opening, currency: 'USD' },
    answer: ['ACCOUNT_EXISTS', 3],
    isRight: true,
  },
  { what: 'the same opening', kind: 'opening', body: opening, answer: ['ACCOUNT_EXISTS', 3], isRight: false },
  { what: 'a rule', kind: 'rule', body: { accountId: 'acme', rule }, answer: ['ACCOUNT_NOT_FOUND', 3], isRight: false },
] as const)('refusing $what is judged by the log', ({ kind, body, answer: [code, after], isRight }) => {
  expect(isRightlyRefused(oracleOf(opened, charged, reversed), { kind, body, after, answer: { code } })).toBe(isRight);
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
