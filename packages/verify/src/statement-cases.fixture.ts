import { textOf } from './example.fixture';

type Given = [type: string, data: object];

/** On which the account is opened, three entries come, one that takes back, and statements are closed; the last of them in time. */
const days = [1, 2, 3, 4, 35, 36, 61].map((day) => new Date(Date.UTC(2026, 0, day)).toISOString());

/** An export of one account without a rule. */
const exportOf = (...events: Given[]): Buffer => {
  const all: Given[] = [['AccountOpened', { currency: 'EUR' }], ...events];
  const lines = all.map(([type, data], revision) =>
    JSON.stringify({
      ...{ stream: 'account-acme', revision, eventId: `event-${String(revision)}`, type },
      ...{ recordedAt: days[revision], receivedAt: days[revision] },
      data: { accountId: 'acme', ...data },
    }),
  );
  return textOf(lines);
};

const about = { direction: 'inbound', currency: 'EUR' };
const payment: Given = ['PaymentRecorded', { paymentId: 'p', ...about, amount: '100' }];
const usage: Given = ['UsageCharged', { usageId: 'u', ...about, amount: '0.5' }];
const adjustment: Given = ['BalanceAdjusted', { adjustmentId: 'a', ...about, amount: '-1' }];
const reversal: Given = ['EntryReversed', { reversalId: 'r', of: { kind: 'usage', id: 'u' } }];
const none = { opening: '0', payments: '0', usage: '0', adjustments: '0', closing: '0' };

const [january, february] = ['2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'];
/** Of payment, usage and adjustment: the reversal behind them came later. */
const first = {
  ...{ statementId: '1', number: 1, to: january, fromRevision: 0, throughRevision: 3, entries: 3 },
  figures: {
    inbound: { opening: '0', payments: '100', usage: '0.5', adjustments: '-1', closing: '98.5' },
    outbound: none,
  },
};
const second = {
  ...{ statementId: '2', number: 2, from: january, to: february, fromRevision: 4, throughRevision: 5, entries: 1 },
  figures: {
    inbound: { opening: '98.5', payments: '0', usage: '-0.5', adjustments: '0', closing: '99' },
    outbound: none,
  },
};
const closed = (...changes: [object?, object?]): Buffer =>
  exportOf(
    ...[payment, usage, adjustment, reversal],
    ['StatementClosed', { ...first, ...changes[0] }],
    ['StatementClosed', { ...second, ...changes[1] }],
  );

/** Two statements that follow one another and are the sums of their entries. */
export const rightStatements = closed();

/** What somebody may have made of them, and part of what both verifiers must say of it. */
export const wrongStatements: { name: string; bytes: Buffer; finding: string }[] = (
  [
    [
      'a figure',
      [{ figures: { ...first.figures, outbound: { ...none, usage: '1' } } }],
      'outbound: its usage is 1, and',
    ],
    ['a count', [{ entries: 2 }], 'its entries is 2, and should be 3'],
    ['an end before its entries', [{ throughRevision: 2 }], 'its entries is 3, and should be 2'],
    ['a number', [{}, { number: 3 }], 'its number is 3, and should be 2'],
    ['a beginning', [{}, { from: february }], `its from is ${february}, and should be ${january}`],
    ['an end beyond itself', [{ throughRevision: 5 }], 'cannot cover what is up to revision 5'],
    ['an id twice', [{}, { statementId: '1' }], 'statement 1 is closed twice'],
    [
      'an end before what it covers',
      [{ to: days[3] }, { from: days[3] }],
      `ends ${String(days[3])}, and covers revision 3`,
    ],
    ['an end that is no time', [{ to: 'soon' }, { from: 'soon' }], 'ends soon, and covers revision 1'],
    ['an end that was still to come', [{}, { to: '2026-03-02T00:00:00.000000001Z' }], 'and was closed before that'],
    ['an end before it begins', [{}, { to: january }], `statement 2 ends ${january}, and begins ${january}`],
    ['a figure left out', [{ figures: {} }], 'inbound: its opening is undefined, and should be 0'],
  ] as [string, [object?, object?], string][]
).map(([name, changes, finding]) => ({ name, bytes: closed(...changes), finding }));
