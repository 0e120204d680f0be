import type { CutoffSetting } from './cutoff';
import type { Adjustment, Direction, Payment, Reversal, Usage } from './entry';

export type AccountOpening = {
  accountId: string;
  name?: string | undefined;
  currency: string;
  cutoff?: CutoffSetting | undefined;
};

/** `receivedAt`: when we received it, RFC 3339 UTC. When it happened is in the body; when it was recorded, in the log. */
type Received = { receivedAt: string };

/** What an `account-<accountId>` stream holds; `data` is the body as accepted. */
export type AccountEvent =
  | { type: 'AccountOpened'; data: AccountOpening; metadata: Received }
  | { type: 'CutoffChanged'; data: CutoffSetting; metadata: Received }
  | { type: 'PaymentRecorded'; data: Payment; metadata: Received }
  | { type: 'UsageCharged'; data: Usage; metadata: Received }
  | { type: 'BalanceAdjusted'; data: Adjustment; metadata: Received }
  | {
      type: 'EntryReversed';
      data: Reversal;
      /** `reversed`: what the reversal takes back, copied from the entry so that a fold needs no look-up. */
      metadata: Received & { reversed: { direction: Direction; amount: string } };
    };

/** An event of an account in its place: which stream, and where in it. Revisions start at 0. */
export type RecordedAccountEvent = AccountEvent & { eventId: string; stream: string; revision: number };
