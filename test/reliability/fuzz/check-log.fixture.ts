import { Report } from './report';

/** A small log of one account, as `readLog` gives it, and what was said of it. */
export const event = (position: number, type: string, data: object) => ({
  stream: 'account-acme',
  revision: position - 1,
  position: BigInt(position),
  eventId: `event-${String(position)}`,
  recordedAt: '2026-01-31T12:00:00.000Z',
  type,
  data,
});

export const payment = { paymentId: 'p1', accountId: 'acme', direction: 'inbound', amount: '5', currency: 'EUR' };
export const opening = { accountId: 'acme', currency: 'EUR' };
export const rule = { balances: ['inbound'], creditLimits: { inbound: '5' } };
export const reversal = {
  reversalId: 'r1',
  accountId: 'acme',
  of: { kind: 'payment', id: 'p1' },
  reason: 'x',
  actor: 'y',
};

export const events = [
  event(1, 'AccountOpened', opening),
  event(2, 'PaymentRecorded', payment),
  event(3, 'CutoffChanged', rule),
  event(4, 'EntryReversed', reversal),
];

/** What was told of the first `count` of them; each as new. */
export const told = (position: number, { type, data }: { type: string; data: object }, changes: object = {}) => ({
  position: String(position),
  revision: position - 1,
  accountId: 'acme',
  isNew: true,
  type,
  id: { PaymentRecorded: 'p1', EntryReversed: 'r1' }[type],
  body: data,
  since: 4,
  ...changes,
});

export const acknowledgements = events.map((one, index) => told(index + 1, one));

/** The faults that `check` reports. */
export const faultsOf = (check: (report: Report) => void): string[] => {
  const faults: string[] = [];
  check(new Report((fault) => faults.push(fault)));
  return faults;
};
