export { amountPattern, formatAmount, parseAmount, signedAmountPattern } from './amount';
export type { Amount } from './amount';
