import type {
  Balance,
  Cutoff,
  Direction,
  Reservation,
  Standing,
  TrafficDecision,
  TrafficEvent,
} from '@tollgate/balance';
import type { LogEvent } from '@tollgate/contracts';
import type { LogIndex, Place, Position } from '@tollgate/event-store';
import type { Amount } from '@tollgate/money';
import type { Acknowledged } from './acknowledged';
import type { Partner } from './partner';
import type { RecordKey } from './record-key';

/** What intake must know of an account to decide. `cutoffRevision`: of the event that set the rule in force. */
export type AccountFacts = {
  readonly revision: number;
  readonly currency: string;
  readonly cutoff: Cutoff;
  readonly cutoffRevision: number;
};

/** An edge of the fold that is not in the log yet: a decision but for the time at which it is recorded. */
export type PendingDecision = {
  readonly type: TrafficEvent['type'];
  readonly data: Omit<TrafficDecision, 'decidedAt'>;
  /** Of the event that caused it. */
  readonly causePlace: Place;
};

/** One direction that is blocked now, since when, by which decision and for which balances. */
export type Blocked = {
  accountId: string;
  direction: Direction;
  since: string;
  sequence: number;
  exhausted: readonly Balance[];
  /** What switches have told of the command that blocks. */
  acknowledgements: readonly Acknowledged[];
  /** Those of the named switches that have not applied it. */
  pending: readonly string[];
};

/** A command in force that named switches have not applied. */
export type Unapplied = {
  accountId: string;
  direction: Direction;
  sequence: number;
  /** RFC 3339 UTC. */
  decidedAt: string;
  switches: readonly string[];
};

/** What is held for the calls of all accounts. */
export type HeldTotals = {
  /** Calls that have not ended, and those that have and wait for their usage. */
  live: number;
  unsettled: number;
  /** Since when the first of the latter has waited, RFC 3339 UTC. */
  unsettledSince: string | undefined;
  /** Of each account for which something is held. */
  accounts(): Iterable<{ accountId: string; currency: string; reserved: Readonly<Record<Direction, Amount>> }>;
};

export type Page<Item> = { items: Item[]; next: string | null };

/** Lists are in key order; `after` is exclusive, and `next` is the `after` of the following page, null on the last. */
export type PageRequest = { after?: string | undefined; limit: number };

/** What is known of every account, folded once from the log. All of it is durable: a group in the making shows nowhere. */
export type AccountTable = LogIndex<LogEvent> & {
  /** Folded up to here; 0 before the first event. */
  place(): Place;
  /** The same for a log; absent before the first event. */
  position(): Position | undefined;
  /** Nothing more was in the log: what was put off until then is done, though no event stands where it was said to end. */
  caughtUp(): void;
  facts(accountId: string): AccountFacts | undefined;
  /** Of the last event of any stream, `noStream` if there is none. */
  revisionOf(stream: string): number;
  /** Streams that are about no account and begin with `prefix`, with the revisions of their last events. */
  otherStreams(prefix: string): { stream: string; revision: number }[];
  /** Places of events that may stand under a key; none: surely new. What stands there must be read to be believed. */
  placesOf(key: RecordKey): readonly Place[];
  /** What the fold decided and the log does not hold, oldest cause first. */
  pending(): readonly PendingDecision[];
  /** The account as a writer goes on from it, a copy; of one that is not open, one without a rule. */
  standing(accountId: string): Standing;
  /** Calls for which something is held, in the order of their ids; absent if the account is not open. */
  reservations(accountId: string, request: PageRequest): Page<Reservation> | undefined;
  /** Calls whose granted time was up at an instant, in ms since 1970, and of which nobody told an end: at most so many. */
  expired(nowMs: number, most: number): { accountId: string; authorizationId: string }[];
  held(): HeldTotals;
  partner(accountId: string): Partner | undefined;
  partners(request: PageRequest): Page<Partner>;
  /** Keys are `accountId/direction`. */
  blocked(request: PageRequest): Page<Blocked>;
  /** The last decision about a direction; absent before the first. */
  lastDecision(accountId: string, direction: Direction): { sequence: number } | undefined;
  /** Commands in force that were decided up to an instant, in ms since 1970, and that not every named switch has applied; oldest first. */
  unapplied(decidedByMs: number): Iterable<Unapplied>;
  /** Resolves true once the log is folded up to `place`, false when `timeoutMs` have passed before. */
  reached(place: Place, timeoutMs: number): Promise<boolean>;
  /** As `reached`, and no decision that is caused by an event up to `place` is missing from the log. */
  settled(place: Place, timeoutMs: number): Promise<boolean>;
  /** Called after each group that was folded. */
  onAdded(listener: () => void): void;
  /** Waits for a snapshot under way, and writes a last one if it saves time. */
  close(): Promise<void>;
};
