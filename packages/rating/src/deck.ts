import type { Price } from '@tollgate/balance';

/** What calls to numbers with a prefix cost, from one instant on and until another. */
export type Rate = {
  /** Absent: nobody may call there. */
  price: Price | undefined;
  /** Ms since 1970; `to` is exclusive. */
  from: number;
  to: number;
};

/** A partner's prices in one currency, by the digits that a number begins with. */
export type Deck = {
  readonly currency: string;
  readonly rates: ReadonlyMap<string, readonly Rate[]>;
  /** Digits of its longest prefix. */
  readonly mostDigits: number;
};

/** No prefix of a deck is longer. */
export const mostPrefixDigits = 20;

/** Where a number was found, and what calls there cost. */
export type Match = { prefix: string; rate: Rate };

/** The longest prefix of a number that has a rate at an instant, in ms since 1970. */
export const matchIn = ({ rates, mostDigits }: Deck, callee: string, atMs: number): Match | undefined => {
  const digits = callee.startsWith('+') ? callee.slice(1) : callee;
  for (let length = Math.min(digits.length, mostDigits); length > 0; length -= 1) {
    const prefix = digits.slice(0, length);
    const rate = rates.get(prefix)?.find(({ from, to }) => from <= atMs && atMs < to);
    if (rate !== undefined) return { prefix, rate };
  }
  return undefined;
};

/** The price of a call, by the longest prefix, or that nobody may call there. Absent where the deck does not say. */
export const rateIn = (deck: Deck, callee: string, atMs: number): Price | 'barred' | undefined => {
  const match = matchIn(deck, callee, atMs);
  return match && (match.rate.price ?? 'barred');
};
