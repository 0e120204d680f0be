import type { Expiry, Extension, Placement, Release, Restoration, Settlement } from './authorization';
import type { ClosedStatement } from './closed-statement';
import type { CutoffSetting } from './cutoff';
import type { Adjustment, Direction, Payment, Reversal, UnreadUsage, Usage } from './entry';

export type AccountOpening = {
  accountId: string;
  name?: string | undefined;
  currency: string;
  cutoff?: CutoffSetting | undefined;
};

/** Where something came from: what everything of one request, or of one batch of messages, has in common, as one object. */
export type Source = {
  /** When we received it, RFC 3339 UTC. When it happened is in the body; when it was recorded, in the log. */
  receivedAt: string;
  /** How it reached us, by our own account of it: the id we gave the request, or the partition we read. Absent in older events. */
  channel?: { http: string } | { kafka: { topic: string; partition: number } } | undefined;
  /** What the sender says of itself, unchecked. */
  claimed?: { file?: string | undefined; actor?: string | undefined } | undefined;
};

/** How an event came to us: its source, its offset in the partition it was read from, its line in the file a sender names. */
export type Metadata = { source: Source; offset?: string | undefined; line?: number | undefined };

/** Of events with numbers of persons: `sealed` names the key that `caller` and `callee` are sealed with, where they are. */
type NumberedMetadata = Metadata & { sealed?: string | undefined };

/** What an `account-<accountId>` stream holds; `data` is the body as accepted. */
export type AccountEvent =
  | { type: 'AccountOpened'; data: AccountOpening; metadata: Metadata }
  | { type: 'CutoffChanged'; data: CutoffSetting; metadata: Metadata }
  | { type: 'PaymentRecorded'; data: Payment; metadata: Metadata }
  | UsageCharged
  | { type: 'BalanceAdjusted'; data: Adjustment; metadata: Metadata }
  | {
      type: 'EntryReversed';
      data: Reversal;
      /**
       * `reversed`: what the reversal takes back, copied from the entry so that a fold needs no look-up. `restored`: what it does to
       * what is held for the call that the usage was of, while something is; older events have none.
       */
      metadata: Metadata & {
        reversed: { direction: Direction; amount: string };
        restored?: Restoration | undefined;
      };
    }
  | { type: 'ReservationPlaced'; data: Placement; metadata: NumberedMetadata }
  | { type: 'ReservationExtended'; data: Extension; metadata: Metadata }
  | { type: 'ReservationReleased'; data: Release; metadata: Metadata }
  | { type: 'ReservationExpired'; data: Expiry; metadata: Metadata }
  | { type: 'StatementClosed'; data: ClosedStatement; metadata: Metadata };

/**
 * `authorization`: of usage that names one, what it does to what is held for the call. Where there is `unread`, whoever needs no more
 * of the usage asks that: `data` would read all of it.
 */
export type UsageCharged = {
  type: 'UsageCharged';
  readonly data: Usage;
  readonly unread?: UnreadUsage | undefined;
  metadata: NumberedMetadata & { authorization?: Settlement | undefined };
};

/** The events that are about what is held for a call and move no balance. */
export type CallEvent = Extract<AccountEvent, { type: `Reservation${string}` }>;

const callEvents: Readonly<Record<string, true | undefined>> = {
  ReservationPlaced: true,
  ReservationExtended: true,
  ReservationReleased: true,
  ReservationExpired: true,
} satisfies Record<CallEvent['type'], true>;

export const isCallEvent = (event: AccountEvent): event is CallEvent => callEvents[event.type] === true;
