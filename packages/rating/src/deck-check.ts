import type { Price } from '@tollgate/balance';
import type { Deck, Rate } from './deck';
import { readRates } from './deck-csv';
import { pricingOf } from './pricing';

/** Errors keep a deck from being used; warnings are what its maker may not have meant. */
export type DeckCheck = { prefixes: number; errors: string[]; warnings: string[] };

/** All that is wrong with a deck, and where prices have gaps in time or change by more than so many per cent. */
export const checkDeck = (text: string, jumpPercent: number): DeckCheck => {
  const errors: string[] = [];
  try {
    const deck = readRates(text, ({ message }) => errors.push(message));
    return { prefixes: deck.rates.size, errors, warnings: warningsOf(deck, jumpPercent) };
  } catch (error) {
    errors.push(error instanceof Error ? error.message : String(error));
    return { prefixes: 0, errors, warnings: [] };
  }
};

const warningsOf = ({ rates }: Deck, jumpPercent: number): string[] =>
  [...rates].flatMap(([prefix, versions]) => {
    const inOrder = versions.toSorted((one, other) => one.from - other.from);
    return inOrder.slice(1).flatMap((next, index) => {
      const before = inOrder[index];
      if (before === undefined) return [];
      return [...gapBetween(before, next), ...jumpBetween(before, next, jumpPercent)].map(
        (what) => `prefix ${prefix}: ${what}`,
      );
    });
  });

const timeText = (ms: number): string => new Date(ms).toISOString();

const gapBetween = (before: Rate, next: Rate): string[] =>
  before.to === next.from ? [] : [`no price of its own from ${timeText(before.to)} until ${timeText(next.from)}`];

const jumpBetween = (before: Rate, next: Rate, jumpPercent: number): string[] => {
  if (before.price === undefined || next.price === undefined) return [];
  const change = percentBetween(before.price, next.price);
  if (change !== undefined && Math.abs(change) <= jumpPercent) return [];
  const percent = change === undefined ? 'from free' : `by ${change > 0 ? '+' : ''}${String(change)} %`;
  return [`${before.price.perMinute} a minute becomes ${next.price.perMinute} at ${timeText(next.from)}, ${percent}`];
};

/** Of the price of a minute, in whole per cent away from zero; absent where it was free and is not. */
const percentBetween = (before: Price, next: Price): number | undefined => {
  const [from, to] = [pricingOf(before).minute, pricingOf(next).minute];
  if (from === to) return 0;
  if (from === 0n) return undefined;
  const change = (to - from) * 100n;
  const rest = change % from;
  const further = rest === 0n ? 0n : rest > 0n ? 1n : -1n;
  return Number(change / from + further);
};
