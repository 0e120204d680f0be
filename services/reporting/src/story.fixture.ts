import type {
  AccountEvent,
  Adjustment,
  CutoffSetting,
  Direction,
  EntryKind,
  Settlement,
  TrafficDecision,
  Usage,
} from '@tollgate/balance';
import { accountStream, cutoffStream, lostStream, rejectedStream } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';

/** An event and the stream it stands in. */
export type Told = { stream: string; event: LogEvent };

const metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z' } };
const inAccount = (accountId: string, event: AccountEvent): Told => ({ stream: accountStream(accountId), event });

export const opened = (
  accountId: string,
  about: { cutoff?: CutoffSetting; currency?: string; name?: string } = {},
): Told => inAccount(accountId, { type: 'AccountOpened', data: { accountId, currency: 'EUR', ...about }, metadata });

export const ruled = (accountId: string, setting: CutoffSetting): Told =>
  inAccount(accountId, { type: 'CutoffChanged', data: setting, metadata });

type Given = { accountId: string; id: string; direction: Direction; amount: string; currency?: string };

export const paid = ({ id: paymentId, currency = 'EUR', ...given }: Given & { reference?: string }): Told =>
  inAccount(given.accountId, { type: 'PaymentRecorded', data: { paymentId, currency, ...given }, metadata });

export const called = ({ id: usageId, currency = 'EUR', ...given }: Given & Partial<Usage>): Told =>
  inAccount(given.accountId, { type: 'UsageCharged', data: { usageId, currency, ...given }, metadata });

/** Usage that names a call. */
export const settled = ({ id: usageId, ...given }: Given & Partial<Usage>, authorization: Settlement): Told =>
  inAccount(given.accountId, {
    type: 'UsageCharged',
    data: { usageId, currency: 'EUR', ...given },
    metadata: { ...metadata, authorization },
  });

export const adjusted = ({ id: adjustmentId, currency = 'EUR', ...given }: Given & Partial<Adjustment>): Told => {
  const data = { adjustmentId, currency, reason: 'a mistake', actor: 'ann', ...given };
  return inAccount(given.accountId, { type: 'BalanceAdjusted', data, metadata });
};

export const reversed = (of: { kind: EntryKind } & Given): Told => {
  const { accountId, kind, id, direction, amount } = of;
  const data = { reversalId: `not-${kind}-${id}`, accountId, of: { kind, id }, reason: 'a mistake', actor: 'ann' };
  return inAccount(accountId, {
    type: 'EntryReversed',
    data,
    metadata: { ...metadata, reversed: { direction, amount } },
  });
};

/** The account's next decision; `at` is the minute of an hour. */
export const turned = (
  to: 'blocked' | 'open',
  {
    accountId,
    sequence,
    direction,
    at,
  }: Pick<TrafficDecision, 'accountId' | 'sequence' | 'direction'> & { at: number },
): Told => {
  const data: TrafficDecision = {
    ...{ accountId, sequence, direction, currency: 'EUR' },
    exhausted: to === 'blocked' ? [direction] : [],
    balances: { inbound: '-0.5', outbound: '0', mutual: '0.5' },
    cause: { type: 'UsageCharged', eventId: 'e', stream: accountStream(accountId), revision: 1 },
    decidedAt: `2026-01-31T12:${String(at).padStart(2, '0')}:00.000Z`,
  };
  const type = to === 'blocked' ? 'TrafficBlocked' : 'TrafficUnblocked';
  return { stream: cutoffStream(accountId), event: { type, data, metadata: {} } };
};

export const rejected = (payload: string, offset: string): Told => ({
  stream: rejectedStream('usage', 3),
  event: {
    type: 'MessageRejected',
    data: {
      ...{ code: 'INVALID_REQUEST', detail: 'not JSON', receivedAt: '2026-01-31T12:00:00.000Z' },
      source: { topic: 'usage', partition: 3, offset },
      payload,
    },
    metadata: {},
  },
});

export const lost = (from: string, to: string): Told => ({
  stream: lostStream('usage', 3),
  event: {
    type: 'InputLost',
    data: { topic: 'usage', partition: 3, from, to, why: 'deleted', noticedAt: '2026-01-31T12:00:00.000Z' },
    metadata: {},
  },
});

/** What was told, as a log has it; `ledger` makes one of other ids. */
export const recorded = (told: readonly Told[], ledger = 'ledger'): RecordedEvent<LogEvent>[] => {
  const revisions = new Map<string, number>();
  return told.map(({ stream, event }, index) => {
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    const position = BigInt(index + 1);
    return { ...event, stream, revision, position, eventId: `${ledger}-${String(position)}`, recordedAt };
  });
};

const recordedAt = '2026-02-01T00:00:01.000Z';
