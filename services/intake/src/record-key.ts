import type { RecordKey } from '@tollgate/account-table';
import { accountIdOf, recordKeyOf } from '@tollgate/balance';
import type { RecordCommand, Reversal } from '@tollgate/balance';
import { accountStream, lostStream, rejectedStream, switchStream } from '@tollgate/contracts';
import { isNotice } from './intent';
import type { Intent, Notice } from './intent';

export const commandKey = (command: RecordCommand): RecordKey => {
  const { kind, id } = recordKeyOf(command);
  return { kind, owner: accountIdOf(command), id };
};

/** What the entry a reversal names was recorded under. */
export const originalKey = ({ accountId, of }: Reversal): RecordKey => ({ kind: of.kind, owner: accountId, id: of.id });

export const isSameKey = (one: RecordKey, other: RecordKey): boolean =>
  one.id === other.id && one.kind === other.kind && one.owner === other.owner;

/** A key as text. Owners and kinds hold no space, so no two keys are alike. */
export const textOf = ({ kind, owner, id }: RecordKey): string => `${kind} ${owner} ${id}`;

export const streamOf = (intent: Intent): string => {
  if (isNotice(intent)) return noticeStream(intent);
  return accountStream(accountIdOf(intent));
};

const noticeStream = (notice: Notice): string => {
  switch (notice.type) {
    case 'RejectMessage':
      return rejectedStream(notice.data.source.topic, notice.data.source.partition);
    case 'NoteLostInput':
      return lostStream(notice.data.topic, notice.data.partition);
    case 'AcknowledgeCommand':
      return switchStream(notice.data.switchId);
  }
};
