import { createHash } from 'node:crypto';
import type { Reversal } from '@tollgate/balance';
import { rejectedStream } from '@tollgate/contracts';
import type { LogEvent, RejectedMessage } from '@tollgate/contracts';
import type { KeyKind } from './ids/fingerprint';

/**
 * What something counts under, once and for ever (DESIGN 2.9): `owner` is its account, of a refused message its stream.
 * `reversed-…` with the id of an entry is what the reversal of that entry is found under.
 */
export type RecordKey = { readonly kind: KeyKind; readonly owner: string; readonly id: string };

/** The key an event of the log counts under; none for openings, rules and decisions. */
export const eventKey = (event: LogEvent): RecordKey | undefined => {
  switch (event.type) {
    case 'PaymentRecorded':
      return { kind: 'payment', owner: event.data.accountId, id: event.data.paymentId };
    case 'UsageCharged':
      return { kind: 'usage', owner: event.data.accountId, id: event.data.usageId };
    case 'BalanceAdjusted':
      return { kind: 'adjustment', owner: event.data.accountId, id: event.data.adjustmentId };
    case 'EntryReversed':
      return { kind: 'reversal', owner: event.data.accountId, id: event.data.reversalId };
    case 'MessageRejected':
      return rejectionKey(event.data);
    case 'AccountOpened':
    case 'CutoffChanged':
    case 'TrafficBlocked':
    case 'TrafficUnblocked':
      return undefined;
  }
};

/** A refused message counts once per place and content: a topic that was created anew begins at offset 0 again. */
export const rejectionKey = ({ source, code, payload, payloadBase64 }: RejectedMessage): RecordKey => {
  const digest = createHash('sha256')
    .update(JSON.stringify([code, payload, payloadBase64]))
    .digest('base64url');
  return {
    kind: 'rejection',
    owner: rejectedStream(source.topic, source.partition),
    id: `${source.offset} ${digest}`,
  };
};

/** What the reversal of an entry is found under by whoever wants to reverse it too. */
export const reversedKey = ({ accountId, of }: Reversal): RecordKey => ({
  kind: `reversed-${of.kind}`,
  owner: accountId,
  id: of.id,
});
