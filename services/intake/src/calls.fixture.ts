import type { AccountEvent, CutoffSetting, Price } from '@tollgate/balance';
import type { Intent, Item, Outcome } from './intent';
import { receivedAt } from './ledger.fixture';

/** What is asked about calls of the account acme, at a cent a second. */
const cents: Price = { perMinute: '0.6', initialSeconds: 1, incrementSeconds: 1 };

export const opened = (cutoff: CutoffSetting = { balances: ['inbound'] }): Intent => ({
  type: 'OpenAccount',
  data: { accountId: 'acme', currency: 'EUR', cutoff },
});

export const paid = (paymentId: string, amount: string): Intent => ({
  type: 'RecordPayment',
  data: { paymentId, accountId: 'acme', direction: 'inbound', amount, currency: 'EUR' },
});

export const asked = (
  authorizationId: string,
  fields: object = {},
  rate: Price | 'barred' | undefined = cents,
): Intent => ({
  type: 'AuthorizeCall',
  data: {
    ...{ authorizationId, accountId: 'acme', direction: 'inbound', currency: 'EUR', deck: 'retail', callee: '+4420' },
    ...fields,
  },
  rate,
});

export const extended = (authorizationId: string, number = 1): Intent => ({
  type: 'ExtendCall',
  data: { accountId: 'acme', authorizationId, number },
});

export const released = (authorizationId: string, usedSeconds?: number): Intent => ({
  type: 'ReleaseCall',
  data: { accountId: 'acme', authorizationId, ...(usedSeconds !== undefined && { usedSeconds }) },
});

export const used = (usageId: string, amount: string, fields: object = {}): Intent => ({
  type: 'ChargeUsage',
  data: { usageId, accountId: 'acme', direction: 'inbound', amount, currency: 'EUR', ...fields },
});

export const takenBack = (reversalId: string, usageId: string): Intent => ({
  type: 'ReverseEntry',
  data: { reversalId, accountId: 'acme', of: { kind: 'usage', id: usageId }, reason: 'wrong', actor: 'test' },
});

/** So many seconds after `receivedAt`. */
export const later = (intent: Intent, seconds: number): Item => ({
  intent,
  metadata: { source: { receivedAt: new Date(Date.parse(receivedAt) + seconds * 1_000).toISOString() } },
});

/** An outcome in short: what was granted, `=` before what was granted before, or why nothing is. */
export const told = (outcome: Outcome | undefined): string => {
  if (outcome === undefined) return 'nothing';
  if (outcome.status === 'rejected') return outcome.rejection.code;
  if (outcome.status === 'recorded') return (outcome.isDuplicate ? '=' : '') + toldBy(outcome.event);
  const { refusal } = outcome;
  return refusal === undefined ? 'over' : `${String(refusal.granted)} ${refusal.reason}`;
};

const toldBy = (event: AccountEvent | undefined): string => {
  if (event?.type === 'ReservationPlaced' || event?.type === 'ReservationExtended')
    return `${String(event.data.grant.seconds ?? 'no limit')} for ${event.data.grant.reserved}`;
  if (event?.type === 'ReservationReleased') return `left ${event.data.reserved}`;
  return event?.type === 'ReservationExpired' ? 'expired' : 'recorded';
};
