import { balances } from './cutoff';
import type { Balance } from './cutoff';
import { directions } from './entry';
import type { Direction } from './entry';

/** Some of the balances, a bit each, as the fold counts them. */
export type BalanceSet = number;
/** Some of the directions, a bit each. */
export type DirectionSet = number;

export const balanceBit = { inbound: 1, outbound: 2, mutual: 4 } as const satisfies Record<Balance, BalanceSet>;
export const directionBit = { inbound: 1, outbound: 2 } as const satisfies Record<Direction, DirectionSet>;

/** Balances that stop a direction's traffic when exhausted: mutual guards what the account originates on us (DESIGN 2.2). */
export const guardsOf = {
  inbound: balanceBit.inbound | balanceBit.mutual,
  outbound: balanceBit.outbound,
} as const satisfies Record<Direction, BalanceSet>;

/** The directions that are blocked while these balances are exhausted. */
export const blockedBy = (exhausted: BalanceSet): DirectionSet =>
  ((exhausted & guardsOf.inbound) === 0 ? 0 : directionBit.inbound) |
  ((exhausted & guardsOf.outbound) === 0 ? 0 : directionBit.outbound);

/** Those of the exhausted balances that guard a direction, in the order of `balances`. */
export const guarding = (exhausted: BalanceSet, direction: Direction): Balance[] =>
  balances.filter((balance) => (exhausted & guardsOf[direction] & balanceBit[balance]) !== 0);

export const setOf = (some: readonly Balance[]): BalanceSet =>
  some.reduce((set: BalanceSet, balance) => set | balanceBit[balance], 0);

/** The directions in a set, inbound first. */
export const directionsIn = (set: DirectionSet): Direction[] =>
  directions.filter((direction) => (set & directionBit[direction]) !== 0);
