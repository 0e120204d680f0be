import { accountIdOf, recordKeyOf } from './index';
import type { RecordCommand } from './index';

const entry = { accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' } as const;
const named = { reason: 'billing error', actor: 'finance' };

test.each<[RecordCommand, { kind: string; id: string }]>([
  [
    { type: 'RecordPayment', data: { ...entry, paymentId: 'x' } },
    { kind: 'payment', id: 'x' },
  ],
  [
    { type: 'ChargeUsage', data: { ...entry, usageId: 'x' } },
    { kind: 'usage', id: 'x' },
  ],
  [
    { type: 'AdjustBalance', data: { ...entry, ...named, adjustmentId: 'x' } },
    { kind: 'adjustment', id: 'x' },
  ],
  [
    { type: 'ReverseEntry', data: { accountId: 'acme', ...named, reversalId: 'x', of: { kind: 'payment', id: 'y' } } },
    { kind: 'reversal', id: 'x' },
  ],
])('%j counts under its own kind and id, so one id can serve one record of each kind', (command, key) => {
  expect(recordKeyOf(command)).toEqual(key);
  expect(accountIdOf(command)).toBe('acme');
});

test('opening an account and changing its rule are about that account', () => {
  expect(accountIdOf({ type: 'OpenAccount', data: { accountId: 'acme', currency: 'EUR' } })).toBe('acme');
  expect(accountIdOf({ type: 'ChangeCutoff', accountId: 'acme', data: { balances: [] } })).toBe('acme');
});
