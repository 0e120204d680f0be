import type { Fields } from './api';

/** Bodies of the recording calls, each with other fields where a test wants them. */

export const payment = (accountId: string, fields: Fields = {}): Fields => ({
  paymentId: 'p-1',
  accountId,
  direction: 'inbound',
  amount: '10',
  currency: 'EUR',
  ...fields,
});

export const call = (accountId: string, fields: Fields = {}): Fields => ({
  usageId: 'u-1',
  accountId,
  direction: 'inbound',
  amount: '2',
  currency: 'EUR',
  ...fields,
});

export const correction = (accountId: string, fields: Fields = {}): Fields => ({
  adjustmentId: 'a-1',
  accountId,
  direction: 'inbound',
  amount: '-1',
  currency: 'EUR',
  reason: 'goodwill',
  actor: 'ann',
  ...fields,
});

export const reversal = (accountId: string, fields: Fields = {}): Fields => ({
  reversalId: 'r-1',
  accountId,
  of: { kind: 'payment', id: 'p-1' },
  reason: 'booked twice',
  actor: 'ann',
  ...fields,
});
