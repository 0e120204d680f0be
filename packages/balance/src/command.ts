import type { AccountOpening } from './account-event';
import type { CutoffSetting } from './cutoff';
import type { Adjustment, Payment, RecordKind, Reversal, Usage } from './entry';

/** What may be asked of the ledger. Bodies have passed the contract's schemas. */
export type Command =
  | { type: 'OpenAccount'; data: AccountOpening }
  | { type: 'ChangeCutoff'; accountId: string; data: CutoffSetting }
  | { type: 'RecordPayment'; data: Payment }
  | { type: 'ChargeUsage'; data: Usage }
  | { type: 'AdjustBalance'; data: Adjustment }
  | { type: 'ReverseEntry'; data: Reversal };

/** A command that records something under a permanent id. */
export type RecordCommand = Exclude<Command, { type: 'OpenAccount' | 'ChangeCutoff' }>;

export const accountIdOf = (command: Command): string =>
  command.type === 'ChangeCutoff' ? command.accountId : command.data.accountId;

/** The kind and id a record command counts under, once and for ever (DESIGN 2.9). */
export const recordKeyOf = (command: RecordCommand): { kind: RecordKind; id: string } => {
  switch (command.type) {
    case 'RecordPayment':
      return { kind: 'payment', id: command.data.paymentId };
    case 'ChargeUsage':
      return { kind: 'usage', id: command.data.usageId };
    case 'AdjustBalance':
      return { kind: 'adjustment', id: command.data.adjustmentId };
    case 'ReverseEntry':
      return { kind: 'reversal', id: command.data.reversalId };
  }
};
