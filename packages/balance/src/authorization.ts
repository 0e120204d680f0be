import type { Direction } from './entry';

/** What a minute of one call costs, in the account's currency; amounts are decimal texts of zero or more. */
export type Price = {
  perMinute: string;
  /** Once, as soon as it is answered. */
  connectFee?: string | undefined;
  /** A call is billed for so many seconds at least, and then in whole increments. */
  initialSeconds: number;
  incrementSeconds: number;
};

/** How an amount that has more digits than a partner is charged with becomes one that has not. Amounts are never below zero. */
export const roundingModes = ['up', 'down', 'half-up', 'half-even'] as const;

/** What a partner is charged by beside the price. */
export type Terms = {
  rounding: { mode: (typeof roundingModes)[number]; digits: number };
  /** Of a call that took place and is not free, before rounding; a decimal text. */
  minimumCharge?: string | undefined;
};

/** What a call is charged by. `later`: what it costs instead if it is answered only once that applies; the dearest counts. */
export type CallRate = Price & { terms?: Terms | undefined; later?: Price[] | undefined };

/** What a switch asks before it routes a call: of the originator's account inbound, of the terminator's outbound. */
export type Authorization = {
  authorizationId: string;
  accountId: string;
  direction: Direction;
  currency: string;
  /** Names a deck of prices, unless the switch names the price itself. */
  deck?: string | undefined;
  price?: Price | undefined;
  callee: string;
  caller?: string | undefined;
  callId?: string | undefined;
  requestedSeconds?: number | undefined;
};

/** How long a call may last, counted from its answer, and what is held for it until its usage comes. */
export type Grant = {
  /** Whole seconds, what was granted before included; null is no limit. */
  seconds: number | null;
  /** A decimal text in the account's currency. */
  reserved: string;
  /** RFC 3339 UTC: by then the call has ended, or more was granted. */
  expiresAt: string;
};

/** The ask as accepted, and what was granted: `rate` is what the call is priced at, absent where no balance limits it. */
export type Placement = Authorization & { grant: Grant; rate?: CallRate | undefined };

/** More of a call that was granted. Its number tells one ask from the next. */
export type Extending = { accountId: string; authorizationId: string; number: number };
export type Extension = Extending & { grant: Grant };

/** The call has ended; without `usedSeconds` it was never answered, or costs nothing. */
export type Releasing = { accountId: string; authorizationId: string; usedSeconds?: number | undefined };
/** `reserved`: what stays until the usage comes. */
export type Release = Releasing & { reserved: string };

/** Nobody has told what became of the call in the time it was granted. */
export type Expiry = { accountId: string; authorizationId: string };

/** What usage that names an authorization does to its reservation: the fold needs no look-up. */
export type Settlement = {
  /** `ended`: nothing was held any more. `unknown`: the account was granted nothing under that id in this direction. */
  state: 'settled' | 'reduced' | 'ended' | 'unknown';
  /** How far the usage is above what was held for it. */
  overrun?: string | undefined;
};

/** What the reversal of usage that was not the last of its call gives back to its reservation: the fold needs no look-up. */
export type Restoration = {
  authorizationId: string;
  /** A decimal text: what is held from then on. */
  reserved: string;
};

/** Why nothing is granted. A refusal is not recorded: the same may be asked again. */
export type RefusalReason = 'INSUFFICIENT_BALANCE' | 'BLOCKED' | 'MAX_CONCURRENT' | 'NO_PRICE';
