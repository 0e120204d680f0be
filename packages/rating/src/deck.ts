import type { CallRate, Price } from '@tollgate/balance';

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
  const digits = digitsOf(callee);
  for (let length = Math.min(digits.length, mostDigits); length > 0; length -= 1) {
    const prefix = digits.slice(0, length);
    const rate = rates.get(prefix)?.find(({ from, to }) => from <= atMs && atMs < to);
    if (rate !== undefined) return { prefix, rate };
  }
  return undefined;
};

/** When a call may be answered, in ms since 1970; both ends count. */
export type Answering = { fromMs: number; untilMs: number };

/**
 * What a call costs that is answered in a span of time, by the longest prefix: the price at its start, and whatever applies later instead.
 * Or that nobody may call there at its start. Absent where the deck does not say.
 */
export const rateIn = (deck: Deck, callee: string, { fromMs, untilMs }: Answering): CallRate | 'barred' | undefined => {
  const match = matchIn(deck, callee, fromMs);
  if (match === undefined) return undefined;
  const { price } = match.rate;
  if (price === undefined) return 'barred';
  const later = changesIn(deck, callee)
    .filter((atMs) => fromMs < atMs && atMs <= untilMs)
    .flatMap((atMs) => matchIn(deck, callee, atMs)?.rate.price ?? [])
    .filter((one, at, all) => ![price, ...all.slice(0, at)].some((other) => isSamePrice(one, other)));
  return later.length === 0 ? price : { ...price, later };
};

/** When what calls to a number cost may change. */
const changesIn = ({ rates, mostDigits }: Deck, callee: string): number[] => {
  const digits = digitsOf(callee);
  return Array.from(
    { length: Math.min(digits.length, mostDigits) },
    (_, at) => rates.get(digits.slice(0, at + 1)) ?? [],
  )
    .flat()
    .flatMap(({ from, to }) => [from, to]);
};

const digitsOf = (callee: string): string => (callee.startsWith('+') ? callee.slice(1) : callee);

const isSamePrice = (one: Price, other: Price): boolean =>
  one.perMinute === other.perMinute &&
  one.connectFee === other.connectFee &&
  one.initialSeconds === other.initialSeconds &&
  one.incrementSeconds === other.incrementSeconds;
