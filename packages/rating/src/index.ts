export { mostFractionDigits, roundingModes } from './charge';
export type { Terms } from './charge';
export { readDeck } from './deck-csv';
export { rateIn } from './deck';
export type { Deck } from './deck';
export { rateLeg } from './leg';
export type { LegRating } from './leg';
export { tariffOf } from './tariff';
