/** `inbound`: traffic the account originates on us. `outbound`: traffic we terminate on the account (DESIGN 1). */
export type Direction = 'inbound' | 'outbound';
export const directions = ['inbound', 'outbound'] as const satisfies readonly Direction[];

/** What moves a balance. Amounts are decimal texts in the account's currency; times RFC 3339 UTC. */
export type Payment = {
  paymentId: string;
  accountId: string;
  direction: Direction;
  /** Above zero. */
  amount: string;
  currency: string;
  paidAt?: string | undefined;
  reference?: string | undefined;
};

/** One rated leg of one call. */
export type Usage = {
  usageId: string;
  accountId: string;
  direction: Direction;
  /** Zero or more: free calls are usage too. */
  amount: string;
  currency: string;
  callId?: string | undefined;
  startedAt?: string | undefined;
  endedAt?: string | undefined;
  durationSeconds?: number | undefined;
  caller?: string | undefined;
  callee?: string | undefined;
  ratedAt?: string | undefined;
  attributes?: Record<string, string> | undefined;
  /** Of the call, whose reservation it ends unless `final` is false. */
  authorizationId?: string | undefined;
  final?: boolean | undefined;
};

/**
 * Usage that is right, and of which only this was read so far: what deciding and folding look at. `data` reads all of it; `text` is
 * that as `JSON.stringify` has it, without its braces, in ASCII.
 */
export type UnreadUsage = Pick<
  Usage,
  'usageId' | 'accountId' | 'direction' | 'amount' | 'currency' | 'authorizationId'
> & { readonly text: string; readonly data: Usage };

export type Adjustment = {
  adjustmentId: string;
  accountId: string;
  direction: Direction;
  /** Signed, never zero: above zero raises the balance. */
  amount: string;
  currency: string;
  reason: string;
  actor: string;
};

/** What can be reversed. */
export type EntryKind = 'payment' | 'usage' | 'adjustment';

export type Reversal = {
  reversalId: string;
  accountId: string;
  of: { kind: EntryKind; id: string };
  reason: string;
  actor: string;
};

/** Everything that has a permanent id of its own: `(account, kind, id)` is the natural key (DESIGN 2.9). */
export type RecordKind = EntryKind | 'reversal';
