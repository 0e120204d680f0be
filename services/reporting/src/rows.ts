import { isCallEvent } from '@tollgate/balance';
import type {
  AccountEvent,
  Direction,
  EntryKind,
  RecordKind,
  Settlement,
  TrafficEvent,
  Usage,
} from '@tollgate/balance';
import type { LossEvent, RejectionEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { arrayText, dayText, timeText } from './copy-text';
import type { Value } from './copy-text';

/** The tables to which rows are only added, each with its columns in the order of its rows. */
export const tables = {
  entries: [
    ...['account_id', 'revision', 'position', 'kind', 'id', 'direction', 'amount', 'reversed_kind', 'reversed_id'],
    ...['day', 'happened_at', 'received_at', 'recorded_at', 'call_id', 'caller', 'callee', 'prefix'],
    ...['duration_seconds', 'reference', 'reason', 'actor', 'authorization_id', 'settlement', 'overrun'],
  ],
  traffic_decisions: [
    ...['account_id', 'sequence', 'position', 'direction', 'state', 'exhausted', 'inbound_balance'],
    ...['outbound_balance', 'mutual_balance', 'cause_type', 'cause_revision', 'decided_at'],
  ],
  rejected_messages: [
    ...['position', 'topic', 'partition', 'message_offset', 'code', 'detail', 'payload', 'payload_base64'],
    ...['received_at', 'recorded_at'],
  ],
  lost_messages: [
    ...['position', 'topic', 'partition', 'from_offset', 'to_offset', 'why', 'noticed_at', 'recorded_at'],
  ],
} as const;

export type Table = keyof typeof tables;

/** What moved a balance. `amount` of a reversal is that of what it takes back. */
export type Entry = {
  kind: RecordKind;
  id: string;
  direction: Direction;
  amount: string;
  reversedKind?: EntryKind;
  reversedId?: string;
  happenedAt?: string | undefined;
  callId?: string | undefined;
  caller?: string | undefined;
  callee?: string | undefined;
  prefix?: string | undefined;
  durationSeconds?: number | undefined;
  reference?: string | undefined;
  reason?: string;
  actor?: string;
  /** Of usage: the call it is of, and what became of what was held for it. */
  authorizationId?: string | undefined;
  settlement?: Settlement | undefined;
};

/** The entry an event is, without numbers that are sealed; absent for one that moves nothing. */
export const entryOf = (event: AccountEvent): Entry | undefined => {
  if (isCallEvent(event)) return undefined;
  switch (event.type) {
    case 'PaymentRecorded': {
      const { paymentId: id, paidAt: happenedAt, ...data } = event.data;
      return { kind: 'payment', id, happenedAt, ...data };
    }
    case 'UsageCharged': {
      const { sealed, authorization: settlement } = event.metadata;
      const entry = { ...usageEntry(event.data), settlement };
      // What is sealed is nobody's number, and a copy of a number could not be destroyed with its key.
      return sealed === undefined ? entry : { ...entry, caller: undefined, callee: undefined };
    }
    case 'BalanceAdjusted': {
      const { adjustmentId: id, ...data } = event.data;
      return { kind: 'adjustment', id, ...data };
    }
    case 'EntryReversed': {
      const { reversalId: id, of, ...data } = event.data;
      return { kind: 'reversal', id, reversedKind: of.kind, reversedId: of.id, ...event.metadata.reversed, ...data };
    }
    case 'AccountOpened':
    case 'CutoffChanged':
    case 'StatementClosed':
      return undefined;
  }
};

const usageEntry = ({ usageId: id, startedAt, endedAt, attributes, ...data }: Usage): Entry => ({
  ...{ kind: 'usage', id, happenedAt: startedAt ?? endedAt, prefix: attributes?.['prefix'] },
  ...data,
});

type At = Pick<RecordedEvent<AccountEvent>, 'revision' | 'position' | 'recordedAt' | 'metadata'>;

// prettier-ignore
export const entryRow = (entry: Entry, accountId: string, { revision, position, recordedAt, metadata }: At): Value[] => [
  accountId, String(revision), String(position), entry.kind, entry.id, entry.direction, entry.amount,
  entry.reversedKind, entry.reversedId, dayText(entry.happenedAt ?? recordedAt),
  entry.happenedAt && timeText(entry.happenedAt), timeText(metadata.source.receivedAt), timeText(recordedAt),
  entry.callId, entry.caller, entry.callee, entry.prefix, entry.durationSeconds?.toString(),
  entry.reference, entry.reason, entry.actor, entry.authorizationId, entry.settlement?.state, entry.settlement?.overrun,
];

export const decisionRow = ({ type, data, position }: RecordedEvent<TrafficEvent>): Value[] => [
  ...[data.accountId, String(data.sequence), String(position), data.direction],
  ...[type === 'TrafficBlocked' ? 'blocked' : 'open', arrayText(data.exhausted)],
  ...[data.balances.inbound, data.balances.outbound, data.balances.mutual],
  ...[data.cause.type, String(data.cause.revision), timeText(data.decidedAt)],
];

export const rejectionRow = ({ data, position, recordedAt }: RecordedEvent<RejectionEvent>): Value[] => [
  ...[String(position), data.source.topic, String(data.source.partition), data.source.offset, data.code, data.detail],
  ...[data.payload ?? undefined, data.payloadBase64, timeText(data.receivedAt), timeText(recordedAt)],
];

export const lossRow = ({ data, position, recordedAt }: RecordedEvent<LossEvent>): Value[] => [
  ...[String(position), data.topic, String(data.partition), data.from, data.to, data.why],
  ...[timeText(data.noticedAt), timeText(recordedAt)],
];
