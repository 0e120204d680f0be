import { createHash } from 'node:crypto';
import { isCallEvent } from '@tollgate/balance';
import type { AccountEvent, CallEvent, Reversal } from '@tollgate/balance';
import { isAccountEvent, lostStream, rejectedStream } from '@tollgate/contracts';
import type { Acknowledgement, InputLost, LogEvent, RejectedMessage } from '@tollgate/contracts';
import type { KeyKind } from './ids/fingerprint';

/**
 * What something counts under, once and for ever (DESIGN 2.9): `owner` is its account, of messages refused or lost their stream, of what is acknowledged the switch.
 * `reversed-…` with the id of an entry is what the reversal of that entry is found under.
 */
export type RecordKey = { readonly kind: KeyKind; readonly owner: string; readonly id: string };

/** The key an event of the log counts under; none for openings, rules, decisions and keys. */
export const eventKey = (event: LogEvent): RecordKey | undefined =>
  isAccountEvent(event) ? accountKey(event) : otherKey(event);

const accountKey = (event: AccountEvent): RecordKey | undefined => {
  if (isCallEvent(event)) return callKey(event);
  switch (event.type) {
    case 'PaymentRecorded':
      return { kind: 'payment', owner: event.data.accountId, id: event.data.paymentId };
    case 'UsageCharged': {
      const { accountId, usageId } = event.unread ?? event.data;
      return { kind: 'usage', owner: accountId, id: usageId };
    }
    case 'BalanceAdjusted':
      return { kind: 'adjustment', owner: event.data.accountId, id: event.data.adjustmentId };
    case 'EntryReversed':
      return { kind: 'reversal', owner: event.data.accountId, id: event.data.reversalId };
    case 'StatementClosed':
      return statementKey(event.data);
    case 'AccountOpened':
    case 'CutoffChanged':
      return undefined;
  }
};

const callKey = (event: CallEvent): RecordKey | undefined => {
  switch (event.type) {
    case 'ReservationPlaced':
      return authorizationKey(event.data);
    case 'ReservationExtended':
      return extensionKey(event.data);
    case 'ReservationReleased':
      return releaseKey(event.data);
    case 'ReservationExpired':
      return undefined;
  }
};

export const statementKey = ({ accountId, statementId }: { accountId: string; statementId: string }): RecordKey => ({
  kind: 'statement',
  owner: accountId,
  id: statementId,
});

/** What a closed statement is found under by its number too; no id has a space in it. */
export const statementNumberKey = ({ accountId, number }: { accountId: string; number: number }): RecordKey => ({
  kind: 'statement',
  owner: accountId,
  id: `number ${String(number)}`,
});

type Named = { accountId: string; authorizationId: string };

/** No id has a space in it, so that an authorization, its extensions and its release have keys of their own. */
export const authorizationKey = ({ accountId, authorizationId }: Named): RecordKey => ({
  kind: 'authorization',
  owner: accountId,
  id: authorizationId,
});
export const extensionKey = ({ accountId, authorizationId, number }: Named & { number: number }): RecordKey => ({
  kind: 'authorization',
  owner: accountId,
  id: `${authorizationId} ${String(number)}`,
});
export const releaseKey = ({ accountId, authorizationId }: Named): RecordKey => ({
  kind: 'authorization',
  owner: accountId,
  id: `${authorizationId} released`,
});

const otherKey = (event: Exclude<LogEvent, AccountEvent>): RecordKey | undefined => {
  switch (event.type) {
    case 'MessageRejected':
      return rejectionKey(event.data);
    case 'InputLost':
      return lossKey(event.data);
    case 'CommandAcknowledged':
      return acknowledgementKey(event.data);
    case 'TrafficBlocked':
    case 'TrafficUnblocked':
    case 'SigningKeyChanged':
      return undefined;
  }
};

/** A refused message counts once per place and content: a topic that was created anew begins at offset 0 again. */
export const rejectionKey = ({ source, code, payload, payloadBase64 }: RejectedMessage): RecordKey => {
  const digest = createHash('sha256')
    .update(JSON.stringify([code, payload, payloadBase64]))
    .digest('base64url');
  return {
    kind: 'message',
    owner: rejectedStream(source.topic, source.partition),
    id: `${source.offset} ${digest}`,
  };
};

/**
 * A gap counts once, whoever notices it again before reading goes on behind it: since what was committed last, nothing has come of
 * the partition, and the log knows when that was. Without that, the offset has to do.
 */
export const lossKey = ({ topic, partition, from, to, logPosition }: InputLost): RecordKey => ({
  kind: 'message',
  owner: lostStream(topic, partition),
  id: logPosition === undefined ? `${to} from ${from}` : `${to} after ${logPosition}`,
});

/** A switch tells each result of a command once: what has failed may be applied later. */
export const acknowledgementKey = ({
  switchId,
  commandId,
  result,
}: Pick<Acknowledgement, 'switchId' | 'commandId' | 'result'>): RecordKey => ({
  kind: 'acknowledgement',
  owner: switchId,
  id: `${commandId} ${result}`,
});

/** What else an event is found under beside what it counts under. */
export const furtherKey = (event: LogEvent): RecordKey | undefined => {
  if (event.type === 'EntryReversed') return reversedKey(event.data);
  return event.type === 'StatementClosed' ? statementNumberKey(event.data) : undefined;
};

/** What the reversal of an entry is found under by whoever wants to reverse it too. */
export const reversedKey = ({ accountId, of }: Reversal): RecordKey => ({
  kind: `reversed-${of.kind}`,
  owner: accountId,
  id: of.id,
});
