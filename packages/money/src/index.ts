export { amountPattern, formatAmount, parseAmount, parseSum, signedAmountPattern } from './amount';
export type { Amount } from './amount';
export { limbsOf, negate, parseLimbs, signOf } from './limbs';
export type { Limbs } from './limbs';
export { addTo, sumAt, sumBytes } from './sums';
export type { Sums } from './sums';
