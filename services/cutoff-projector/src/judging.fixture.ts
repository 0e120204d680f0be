import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import type { MemoryEventLog } from '@tollgate/event-store/memory';
import type { Log } from '@tollgate/service-runtime';

export const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
export const clock = (): Date => new Date('2026-01-31T12:00:01.000Z');

const metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z' } };

/** A prepaid partner: blocked until the first payment. */
export const opening = (accountId = 'acme'): LogEvent => ({
  type: 'AccountOpened',
  data: { accountId, currency: 'EUR', cutoff: { balances: ['inbound'] } },
  metadata,
});
export const paid = (paymentId: string, accountId = 'acme'): LogEvent => ({
  type: 'PaymentRecorded',
  data: { paymentId, accountId, direction: 'inbound', amount: '1', currency: 'EUR' },
  metadata,
});
export const used = (usageId: string, accountId = 'acme'): LogEvent => ({
  type: 'UsageCharged',
  data: { usageId, accountId, direction: 'inbound', amount: '1', currency: 'EUR' },
  metadata,
});

/** Appends to an account's stream; each event's id is `e` and its revision. */
export const record = async (
  log: EventLog<LogEvent>,
  events: readonly LogEvent[],
  { accountId = 'acme', after = -1 }: { accountId?: string; after?: number } = {},
): Promise<void> => {
  const named = events.map((event, index) => ({ ...event, eventId: `e${String(after + 1 + index)}` }));
  await log.append([{ stream: `account-${accountId}`, expectedRevision: after, events: named }]);
};

/** `<sequence> <type> by <id of the cause>`, in log order. */
export const decisions = (log: MemoryEventLog<LogEvent>): string[] =>
  log
    .events()
    .flatMap((event) =>
      event.type === 'TrafficBlocked' || event.type === 'TrafficUnblocked'
        ? [`${String(event.data.sequence)} ${event.type} by ${event.data.cause.eventId}`]
        : [],
    );
