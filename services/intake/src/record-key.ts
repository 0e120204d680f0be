import { createHash } from 'node:crypto';
import { recordKeyOf } from '@tollgate/balance';
import type { EntryKind, RecordCommand, RecordKind } from '@tollgate/balance';
import { accountStream, rejectedStream } from '@tollgate/contracts';
import type { LogEvent, RejectedMessage } from '@tollgate/contracts';
import type { Intent } from './intent';

/** `(account, kind, id)` as one index key (DESIGN 2.9). Account ids and ids hold no space, so no two keys are alike. */
export const recordKey = (kind: RecordKind | EntryKind, accountId: string, id: string): string =>
  `${kind} ${accountId} ${id}`;

export const commandKey = (command: RecordCommand): string => {
  const { kind, id } = recordKeyOf(command);
  return recordKey(kind, command.data.accountId, id);
};

/** A refused message counts once per place and content: a topic that was created anew begins at offset 0 again. */
export const rejectionKey = ({ source, code, payload, payloadBase64 }: RejectedMessage): string => {
  const digest = createHash('sha256')
    .update(JSON.stringify([code, payload, payloadBase64]))
    .digest('base64url');
  return `rejection ${rejectedStream(source.topic, source.partition)} ${source.offset} ${digest}`;
};

/** The key an event of the log is indexed under; none for openings and rules. */
export const eventKey = (event: LogEvent): string | undefined => {
  switch (event.type) {
    case 'PaymentRecorded':
      return recordKey('payment', event.data.accountId, event.data.paymentId);
    case 'UsageCharged':
      return recordKey('usage', event.data.accountId, event.data.usageId);
    case 'BalanceAdjusted':
      return recordKey('adjustment', event.data.accountId, event.data.adjustmentId);
    case 'EntryReversed':
      return recordKey('reversal', event.data.accountId, event.data.reversalId);
    case 'MessageRejected':
      return rejectionKey(event.data);
    case 'AccountOpened':
    case 'CutoffChanged':
    case 'TrafficBlocked':
    case 'TrafficUnblocked':
      return undefined;
  }
};

export const streamOf = (intent: Intent): string => {
  switch (intent.type) {
    case 'RejectMessage':
      return rejectedStream(intent.data.source.topic, intent.data.source.partition);
    case 'ChangeCutoff':
      return accountStream(intent.accountId);
    case 'OpenAccount':
    case 'RecordPayment':
    case 'ChargeUsage':
    case 'AdjustBalance':
    case 'ReverseEntry':
      return accountStream(intent.data.accountId);
  }
};
