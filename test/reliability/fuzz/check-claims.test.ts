import { checkClaims } from './check-claims';
import type { DatedClaim } from './check-claims';
import { events, faultsOf, opening, payment, reversal } from './check-log.fixture';

const faults = (claim: DatedClaim): string[] =>
  faultsOf((report) => {
    report.claim(claim);
    checkClaims(events, report);
  });
const of = (type: string, body: object, more: object = {}) => ({ type, accountId: 'acme', body, since: 4, ...more });
const paid = (changes: object, more: object = {}) => of('PaymentRecorded', { ...payment, ...changes }, more);
const undone = (changes: object, more: object = {}) => of('EntryReversed', { ...reversal, ...changes }, more);
const opened = (changes: object) => of('AccountOpened', { ...opening, ...changes });
const unknown = { accountId: 'globex' };
const other = { of: { kind: 'payment', id: 'p2' } };

test.each([
  ['ACCOUNT_NOT_FOUND', paid({ accountId: 'globex' }, unknown)],
  ['ACCOUNT_NOT_FOUND', paid({}, { since: 0 })],
  ['ACCOUNT_NOT_FOUND', { accountId: 'acme', since: 4, detail: 'account acme was not open then' }],
  ['ACCOUNT_EXISTS', opened({ name: 'Acme' })],
  ['CURRENCY_MISMATCH', paid({ paymentId: 'p2', currency: 'USD' })],
  ['ID_CONFLICT', paid({ amount: '6' })],
  ['ID_CONFLICT', undone({ reason: 'another' })],
  ['ORIGINAL_NOT_FOUND', undone({ reversalId: 'r2', ...other })],
  ['ORIGINAL_NOT_FOUND', undone({ reversalId: 'r2' }, { since: 1 })],
  ['ALREADY_REVERSED', undone({ reversalId: 'r2' })],
  ['ACCEPTABLE', paid({ paymentId: 'p2' })],
  ['ACCEPTABLE', paid({}, { since: 1 })],
  ['ACCEPTABLE', undone({ reversalId: 'r2' }, { since: 3 })],
])('%s may be true of %j', (code, said) => {
  expect(faults({ code, ...said })).toEqual([]);
});

test.each([
  ['ACCOUNT_NOT_FOUND', paid({ paymentId: 'p2' }), /it was open/],
  ['ACCOUNT_NOT_FOUND', { accountId: 'acme', since: 1 }, /it was open/],
  ['ACCOUNT_NOT_FOUND', { accountId: 'globex', since: 1, detail: 'account globex was not open then' }, /never opened/],
  ['ACCOUNT_EXISTS', opened({}), /with this content/],
  ['ACCOUNT_EXISTS', opened({ cutoff: { balances: [], creditLimits: { mutual: '0.0' } } }), /with this content/],
  ['ACCOUNT_EXISTS', { ...opened({ accountId: 'globex' }), ...unknown }, /never opened/],
  ['CURRENCY_MISMATCH', paid({ paymentId: 'p2' }), /kept in EUR/],
  ['CURRENCY_MISMATCH', paid({ accountId: 'globex', currency: 'USD' }, unknown), /never opened/],
  ['CURRENCY_MISMATCH', paid({ currency: 'USD' }), /id was recorded before/],
  ['ID_CONFLICT', paid({}), /with this content/],
  ['ID_CONFLICT', paid({ amount: '5.0' }), /with this content/],
  ['ID_CONFLICT', paid({ paymentId: 'p2' }), /nothing is recorded/],
  ['ID_CONFLICT', of('UsageCharged', { ...payment, usageId: 'p1' }), /nothing is recorded/],
  ['ORIGINAL_NOT_FOUND', undone({ reversalId: 'r2' }), /was recorded/],
  ['ORIGINAL_NOT_FOUND', paid({ paymentId: 'p2' }), /reverses nothing/],
  ['ALREADY_REVERSED', undone({ reversalId: 'r2', ...other }), /nothing reversed it/],
  ['ALREADY_REVERSED', undone({}), /nothing else reversed it/],
  ['ACCEPTABLE', paid({}), /id was recorded before/],
  ['ACCEPTABLE', paid({ accountId: 'globex' }, unknown), /never opened/],
  ['ACCEPTABLE', paid({ paymentId: 'p2', currency: 'USD' }), /another currency/],
  ['ACCEPTABLE', undone({ reversalId: 'r2' }), /nothing to reverse/],
  ['ACCEPTABLE', undone({ reversalId: 'r2', ...other }), /nothing to reverse/],
  ['READ_MODEL_BEHIND', paid({}), /no reason of the ledger/],
])('%s is not true of %j', (code, said, fault) => {
  expect(faults({ code, ...said })).toEqual([expect.stringMatching(fault)]);
});

test('a conflict shows both contents as they are, or says that it leaves them out', () => {
  const received = { ...payment, amount: '6' };
  const conflict = (shown: object) =>
    faults({ code: 'ID_CONFLICT', ...paid({ amount: '6' }), detail: 'd', isWithContents: true, ...shown });
  expect(conflict({ existing: payment, received })).toEqual([]);
  expect(conflict({ detail: 'its contents are left out' })).toEqual([]);
  expect(conflict({})).toEqual([expect.stringMatching(/as what exists/)]);
  expect(conflict({ existing: received, received })).toEqual([expect.stringMatching(/as what exists/)]);
  expect(conflict({ existing: payment, received: payment })).toEqual([expect.stringMatching(/as what was received/)]);
});
