import type { RecordKey } from '@tollgate/account-table';
import { recordKeyOf } from '@tollgate/balance';
import type { RecordCommand, Reversal } from '@tollgate/balance';
import { accountStream, lostStream, rejectedStream } from '@tollgate/contracts';
import { isAboutCall } from './intent';
import type { Intent } from './intent';

export const commandKey = (command: RecordCommand): RecordKey => {
  const { kind, id } = recordKeyOf(command);
  return { kind, owner: command.data.accountId, id };
};

/** What the entry a reversal names was recorded under. */
export const originalKey = ({ accountId, of }: Reversal): RecordKey => ({ kind: of.kind, owner: accountId, id: of.id });

export const isSameKey = (one: RecordKey, other: RecordKey): boolean =>
  one.id === other.id && one.kind === other.kind && one.owner === other.owner;

/** A key as text. Owners and kinds hold no space, so no two keys are alike. */
export const textOf = ({ kind, owner, id }: RecordKey): string => `${kind} ${owner} ${id}`;

export const streamOf = (intent: Intent): string => {
  if (isAboutCall(intent)) return accountStream(intent.data.accountId);
  switch (intent.type) {
    case 'RejectMessage':
      return rejectedStream(intent.data.source.topic, intent.data.source.partition);
    case 'NoteLostInput':
      return lostStream(intent.data.topic, intent.data.partition);
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
