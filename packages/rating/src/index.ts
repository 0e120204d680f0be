export { readDeck } from './deck-csv';
export { rateIn } from './deck';
export type { Deck } from './deck';
export { tariffOf } from './tariff';
