import type { Terms } from '@tollgate/balance';
import { formatAmount } from '@tollgate/money';
import { chargeOf } from './charge';
import { matchIn } from './deck';
import type { Deck, Match } from './deck';

/** A deck by its name, and what the partner is charged by beside it. */
export type LegRating = { name: string; deck: Deck; terms: Terms };
export type LegCall = { callee: string; startedAt: string; durationMs: number };

/** What a leg costs and why; or why it has no price. `amount` is the shortest text of it. */
export type RatedLeg =
  | { ok: true; amount: string; currency: string; match: Match; seconds: number }
  | { ok: false; reason: 'NO_PRICE' | 'BARRED'; detail: string };

const millisecondsInSecond = 1_000;

/** A second that has begun is a second: increments are of whole ones, so this rounds nothing that they do not round. */
export const chargedSeconds = (durationMs: number): number => Math.ceil(durationMs / millisecondsInSecond);

/** Of one leg of one call, at the prices of the instant it was answered. The same call and deck give the same, always. */
export const rateLeg = ({ name, deck, terms }: LegRating, { callee, startedAt, durationMs }: LegCall): RatedLeg => {
  const match = matchIn(deck, callee, Date.parse(startedAt));
  if (match === undefined)
    return { ok: false, reason: 'NO_PRICE', detail: `deck ${name} has no price for ${callee} at ${startedAt}` };
  const { price } = match.rate;
  if (price === undefined)
    return {
      ok: false,
      reason: 'BARRED',
      detail: `deck ${name} bars ${match.prefix}, and a call to ${callee} took place at ${startedAt}`,
    };
  const seconds = chargedSeconds(durationMs);
  return { ok: true, amount: formatAmount(chargeOf(price, seconds, terms)), currency: deck.currency, match, seconds };
};
