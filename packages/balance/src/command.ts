import type { AccountOpening } from './account-event';
import type { CutoffSetting } from './cutoff';
import type { Adjustment, Payment, RecordKind, Reversal, UnreadUsage, Usage } from './entry';

/** What may be asked of the ledger. Bodies have passed the contract's schemas. */
export type Command =
  | { type: 'OpenAccount'; data: AccountOpening }
  | { type: 'ChangeCutoff'; accountId: string; data: CutoffSetting }
  | { type: 'RecordPayment'; data: Payment }
  | ChargeUsage
  | { type: 'AdjustBalance'; data: Adjustment }
  | { type: 'ReverseEntry'; data: Reversal };

/** Where there is `unread`, whoever needs no more of the usage asks that: `data` would read all of it. */
type ChargeUsage = { type: 'ChargeUsage'; readonly data: Usage; readonly unread?: UnreadUsage | undefined };

/** A command that records something under a permanent id. */
export type RecordCommand = Exclude<Command, { type: 'OpenAccount' | 'ChangeCutoff' }>;

/** Of whatever is asked about an account. */
export const accountIdOf = (command: Command | OnAccount): string => {
  const about: OnAccount = command;
  return 'accountId' in about ? about.accountId : (about.unread ?? about.data).accountId;
};

type OnAccount =
  | { readonly accountId: string }
  | { readonly data: { accountId: string }; readonly unread?: { accountId: string } | undefined };

/** The kind and id a record command counts under, once and for ever (DESIGN 2.9). */
export const recordKeyOf = (command: RecordCommand): { kind: RecordKind; id: string } => {
  switch (command.type) {
    case 'RecordPayment':
      return { kind: 'payment', id: command.data.paymentId };
    case 'ChargeUsage':
      return { kind: 'usage', id: (command.unread ?? command.data).usageId };
    case 'AdjustBalance':
      return { kind: 'adjustment', id: command.data.adjustmentId };
    case 'ReverseEntry':
      return { kind: 'reversal', id: command.data.reversalId };
  }
};
