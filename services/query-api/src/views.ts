import type { Blocked, Partner, TrafficStatus } from '@tollgate/account-table';
import { balanceTexts, settingOf } from '@tollgate/balance';
import type { ClosedStatement, Held, Reservation, Totals } from '@tollgate/balance';
import { byOf, isAccountEvent } from '@tollgate/contracts';
import type {
  AccountView,
  BlockedView,
  HistoryItem,
  LogEvent,
  ReservationView,
  StatementView,
} from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { formatAmount } from '@tollgate/money';
import type { Opener } from '@tollgate/number-keys';
import type { Moment } from './past/then';

/** `GET /v1/accounts/{id}` (DESIGN 4). */
export const accountView = ({ account, traffic, held, revision, position }: Partner): AccountView => ({
  accountId: account.accountId,
  ...(account.name !== undefined && { name: account.name }),
  currency: account.currency,
  balances: balanceTexts(account),
  totals: { inbound: totalsView(account.totals.inbound), outbound: totalsView(account.totals.outbound) },
  cutoff: settingOf(account.cutoff),
  traffic: { inbound: trafficView(traffic.inbound), outbound: trafficView(traffic.outbound) },
  ...(held && { exposure: exposureView(held) }),
  revision,
  position: position.toString(),
});

/** The same of an account as it was, with the ends that it was looked at by. */
export const pastView = (partner: Partner, { occurredBefore, recordedBefore, atPosition }: Moment): AccountView => ({
  ...accountView(partner),
  asOf: {
    ...(occurredBefore !== undefined && { occurredBefore }),
    ...(recordedBefore !== undefined && { recordedBefore }),
    ...(atPosition !== undefined && { atPosition: String(atPosition) }),
  },
});

export const blockedView = ({ acknowledgements, pending, exhausted, ...blocked }: Blocked): BlockedView => ({
  ...blocked,
  exhausted: [...exhausted],
  ...(acknowledgements.length > 0 && { acknowledgements: [...acknowledgements] }),
  ...(pending.length > 0 && { pending: [...pending] }),
});

/** An event as recorded, with its numbers where they can be had. */
export const historyItem = (recorded: RecordedEvent<LogEvent>, open: Opener): HistoryItem => {
  const { event, numbers } = open(recorded);
  if (!isAccountEvent(event)) throw new Error(`${event.type} stands in ${event.stream}, where only intake writes`);
  const { position, revision, eventId, type, data, metadata, recordedAt } = event;
  const by = byOf(metadata);
  return {
    position: position.toString(),
    revision,
    eventId,
    type,
    data: { ...data },
    ...(numbers !== 'open' && { numbers }),
    receivedAt: metadata.source.receivedAt,
    recordedAt,
    ...(by && { by }),
    ...(type === 'UsageCharged' && metadata.authorization && { authorization: metadata.authorization }),
    ...(type === 'EntryReversed' && metadata.restored && { restored: metadata.restored }),
  };
};

export const reservationView = (reservation: Reservation): ReservationView => {
  const { authorizationId, direction, callId, grantedSeconds, reserved, charged, placedAt } = reservation;
  const { expiresAt, endedAt, isExpired } = reservation;
  return {
    authorizationId,
    direction,
    ...(callId !== undefined && { callId }),
    granted: grantedSeconds,
    reserved: formatAmount(reserved),
    charged: formatAmount(charged),
    placedAt,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(isExpired && { isExpired }),
  };
};

export const statementView = (event: RecordedEvent<LogEvent> & { data: ClosedStatement }): StatementView => ({
  ...{ ...event.data, closedAt: event.recordedAt, revision: event.revision },
  position: event.position.toString(),
});

const exposureView = ({ reserved, calls, unsettled }: Held) => ({
  reserved: { inbound: formatAmount(reserved.inbound), outbound: formatAmount(reserved.outbound) },
  calls: { inbound: calls.inbound, outbound: calls.outbound },
  unsettled,
});

const totalsView = ({ payments, usage, adjustments }: Totals) => ({
  payments: formatAmount(payments),
  usage: formatAmount(usage),
  adjustments: formatAmount(adjustments),
});

const trafficView = ({ state, since, sequence }: TrafficStatus) => ({
  state,
  ...(since !== undefined && { since }),
  ...(sequence !== undefined && { sequence }),
});
