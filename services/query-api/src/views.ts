import type { Blocked, Partner, TrafficStatus } from '@tollgate/account-table';
import { balanceTexts, settingOf } from '@tollgate/balance';
import type { Totals } from '@tollgate/balance';
import { byOf, isAccountEvent } from '@tollgate/contracts';
import type { AccountView, BlockedView, HistoryItem, LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { formatAmount } from '@tollgate/money';

/** `GET /v1/accounts/{id}` (DESIGN 4). */
export const accountView = ({ account, traffic, revision, position }: Partner): AccountView => ({
  accountId: account.accountId,
  ...(account.name !== undefined && { name: account.name }),
  currency: account.currency,
  balances: balanceTexts(account),
  totals: { inbound: totalsView(account.totals.inbound), outbound: totalsView(account.totals.outbound) },
  cutoff: settingOf(account.cutoff),
  traffic: { inbound: trafficView(traffic.inbound), outbound: trafficView(traffic.outbound) },
  revision,
  position: position.toString(),
});

export const blockedView = ({ accountId, direction, since, sequence, exhausted }: Blocked): BlockedView => ({
  accountId,
  direction,
  since,
  sequence,
  exhausted: [...exhausted],
});

export const historyItem = (event: RecordedEvent<LogEvent>): HistoryItem => {
  if (!isAccountEvent(event)) throw new Error(`${event.type} stands in ${event.stream}, where only intake writes`);
  const { position, revision, eventId, type, data, metadata, recordedAt } = event;
  const by = byOf(metadata);
  return {
    position: position.toString(),
    revision,
    eventId,
    type,
    data: { ...data },
    receivedAt: metadata.source.receivedAt,
    recordedAt,
    ...(by && { by }),
  };
};

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
