import type { Adjustment, AccountOpening, Authorization, Payment, Reversal, Usage } from '@tollgate/balance';
import type { Acknowledgement, AcknowledgementAnswer } from './acknowledgements';
import type { AccountAnswer, AccountView, BlockedView, HistoryItem, RecordAnswer } from './answers';
import type { AuthorizationAnswer, ReleaseAnswer, ReservationView } from './authorizations';
import { problemOf } from './problem';
import type { Cdr, UnratedMessage } from './cdr';
import type { ConsistencyProof, InclusionProof } from './proofs';
import type { RejectedMessage } from './rejection';
import type { StatementAnswer, StatementView } from './statements';
import { trafficCommandOf } from './traffic-control';

/** One story through every message and answer, as the published documents show it. */
export const paymentExample: Payment = {
  paymentId: 'bank-2026-000117',
  accountId: 'acme',
  direction: 'inbound',
  amount: '100',
  currency: 'EUR',
  paidAt: '2026-01-31T09:30:00Z',
  reference: 'invoice 2026-17',
};

export const usageExample: Usage = {
  usageId: 'cdr-8f3a71-leg-1',
  accountId: 'acme',
  direction: 'inbound',
  amount: '0.0125',
  currency: 'EUR',
  callId: '8f3a71',
  startedAt: '2026-01-31T11:58:12.250Z',
  endedAt: '2026-01-31T11:59:57.250Z',
  durationSeconds: 105,
  caller: '+31201234567',
  callee: '+442079460000',
  ratedAt: '2026-01-31T11:59:58Z',
  attributes: { trunk: 'ams-3', codec: 'g711a' },
};

export const adjustmentExample: Adjustment = {
  adjustmentId: 'adj-42',
  accountId: 'acme',
  direction: 'inbound',
  amount: '-12.5',
  currency: 'EUR',
  reason: 'late fee of January',
  actor: 'finance',
};

export const reversalExample: Reversal = {
  reversalId: 'rev-7',
  accountId: 'acme',
  of: { kind: 'payment', id: 'bank-2026-000117' },
  reason: 'the bank took it back',
  actor: 'finance',
};

export const openingExample: AccountOpening = {
  accountId: 'acme',
  name: 'Acme Telecom',
  currency: 'EUR',
  cutoff: { balances: ['inbound'], creditLimits: { inbound: '50' }, mutualFormula: 'outbound-minus-inbound' },
};

export const cutoffExample = { balances: ['inbound', 'mutual'], creditLimits: { mutual: '250.00' } };

export const recordAnswerExample: RecordAnswer = {
  accountId: 'acme',
  kind: 'payment',
  id: 'bank-2026-000117',
  duplicate: false,
  revision: 41,
  position: '1288',
};

export const accountAnswerExample: AccountAnswer = { accountId: 'acme', duplicate: false, revision: 0, position: '12' };

const eventId = 'b7d9c1de-4c58-4b1d-9f5e-1f0f3a1f7f10';
const decidedAt = '2026-01-31T12:00:00.000Z';

export const accountExample: AccountView = {
  accountId: 'acme',
  name: 'Acme Telecom',
  currency: 'EUR',
  balances: { inbound: '-0.5', outbound: '0', mutual: '0.5' },
  totals: {
    inbound: { payments: '100', usage: '100.5', adjustments: '0' },
    outbound: { payments: '0', usage: '0', adjustments: '0' },
  },
  cutoff: {
    balances: ['inbound'],
    creditLimits: { inbound: '0', outbound: '0', mutual: '0' },
    mutualFormula: 'outbound-minus-inbound',
  },
  traffic: { inbound: { state: 'blocked', since: decidedAt, sequence: 7 }, outbound: { state: 'open' } },
  revision: 42,
  position: '1289',
};

export const blockedExample: BlockedView = {
  accountId: 'acme',
  direction: 'inbound',
  since: decidedAt,
  sequence: 7,
  exhausted: ['inbound'],
  acknowledgements: [
    { switchId: 'edge-1', appliedAt: '2026-01-31T12:00:00.180Z', callsCut: 3, result: 'applied' },
    { switchId: 'edge-2', appliedAt: '2026-01-31T12:00:00.212Z', callsCut: 0, result: 'failed', detail: 'no answer' },
  ],
  pending: ['edge-2'],
};

export const historyExample: HistoryItem = {
  position: '1288',
  revision: 41,
  eventId: '0d9f4a52-6a4e-4a37-8a0c-0f6f2f1f9c11',
  type: 'PaymentRecorded',
  data: { ...paymentExample },
  receivedAt: '2026-01-31T09:31:00.120Z',
  recordedAt: '2026-01-31T09:31:00.124Z',
  by: { channel: { http: 'k3f9x2ab-41' }, claimed: { file: 'payments.csv', line: 18 } },
};

export const authorizationExample: Authorization = {
  authorizationId: '8f3a71-in',
  accountId: 'acme',
  direction: 'inbound',
  currency: 'EUR',
  deck: 'acme-retail',
  callee: '+442079460000',
  caller: '+31201234567',
  callId: '8f3a71',
};

const expiresAt = '2026-01-31T12:05:00.000Z';

export const authorizationAnswerExample: AuthorizationAnswer = {
  accountId: 'acme',
  authorizationId: '8f3a71-in',
  granted: 179,
  reserved: '0.036',
  expiresAt,
  duplicate: false,
  revision: 43,
  position: '1301',
};

export const refusalExample: AuthorizationAnswer = {
  accountId: 'acme',
  authorizationId: '8f3a71-in',
  granted: 0,
  reason: 'BLOCKED',
  exhausted: ['inbound'],
  duplicate: false,
};

export const releaseAnswerExample: ReleaseAnswer = {
  accountId: 'acme',
  authorizationId: '8f3a71-in',
  reserved: '0.0212',
  duplicate: false,
  revision: 45,
  position: '1310',
};

export const reservationExample: ReservationView = {
  authorizationId: '8f3a71-in',
  direction: 'inbound',
  callId: '8f3a71',
  granted: 179,
  reserved: '0.036',
  charged: '0',
  placedAt: decidedAt,
  expiresAt,
};

export const commandExample = trafficCommandOf({
  type: 'TrafficBlocked',
  data: {
    accountId: 'acme',
    direction: 'inbound',
    sequence: 7,
    exhausted: ['inbound'],
    balances: { inbound: '-0.5', outbound: '0', mutual: '0.5' },
    currency: 'EUR',
    cause: { type: 'UsageCharged', eventId, stream: 'account-acme', revision: 42 },
    decidedAt,
  },
});

export const acknowledgementExample: Acknowledgement = {
  commandId: commandExample.commandId,
  switchId: 'edge-1',
  accountId: 'acme',
  sequence: 7,
  appliedAt: '2026-01-31T12:00:00.180Z',
  callsCut: 3,
  result: 'applied',
};

export const acknowledgementAnswerExample: AcknowledgementAnswer = {
  commandId: commandExample.commandId,
  switchId: 'edge-1',
  duplicate: false,
  revision: 0,
  position: '1302',
};

export const rejectionExample: RejectedMessage = {
  code: 'INVALID_REQUEST',
  detail: 'amount: required; vat: unknown field',
  receivedAt: decidedAt,
  source: { topic: 'tollgate.payments.v1', partition: 3, offset: '90417' },
  payload: '{"paymentId":"p1","accountId":"acme","direction":"inbound","currency":"EUR","vat":"21"}',
};

const hashExample = 'lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=';

export const checkpointExample = `tollgate/0d9f4a52-6a4e-4a37-8a0c-0f6f2f1f9c11
1290
${hashExample}

\u2014 tollgate/0d9f4a52-6a4e-4a37-8a0c-0f6f2f1f9c11 …
`;

export const inclusionExample: InclusionProof = { eventId, index: 1288, size: 1290, hashes: [hashExample] };
export const consistencyExample: ConsistencyProof = { from: 1288, to: 1290, hashes: [hashExample] };

export const problemExample = problemOf({
  code: 'CURRENCY_MISMATCH',
  detail: 'currency: account acme is kept in EUR, not USD',
});

export const cdrExample: Cdr = {
  cdrId: 'sbc1-8f3a71',
  callId: '8f3a71',
  originator: 'acme',
  terminator: 'globex',
  caller: '+31201234567',
  callee: '+442079460000',
  startedAt: '2026-01-31T11:58:12.250Z',
  durationMs: 105_000,
  attributes: { trunk: 'ams-3', authorizationInbound: 'sbc1-8f3a71-in' },
};

export const unratedExample: UnratedMessage = {
  reason: 'NO_PRICE',
  detail: 'deck globex-out has no price for +442079460000 at 2026-01-31T11:58:12.250Z',
  leg: 'outbound',
  receivedAt: '2026-01-31T11:59:58.125Z',
  source: { topic: 'tollgate.cdr.v1', partition: 2, offset: '1041' },
  payload: JSON.stringify(cdrExample),
};

export const statementClosingExample = { statementId: '2026-01', to: '2026-02-01T00:00:00Z' };

export const statementAnswerExample: StatementAnswer = {
  ...{ accountId: 'acme', kind: 'statement', id: '2026-01', duplicate: false, revision: 43, position: '1310' },
};

const nothing = { opening: '0', payments: '0', usage: '0', adjustments: '0', closing: '0' };

export const statementExample: StatementView = {
  ...{ statementId: '2026-01', accountId: 'acme', number: 1, to: '2026-02-01T00:00:00Z' },
  ...{ fromRevision: 0, throughRevision: 42, entries: 40 },
  figures: { inbound: { ...nothing, payments: '100', usage: '100.5', closing: '-0.5' }, outbound: nothing },
  ...{ closedAt: '2026-02-01T00:05:00.000Z', revision: 43, position: '1310' },
};
