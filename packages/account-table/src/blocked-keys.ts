import type { Direction } from '@tollgate/balance';
import type { Accounts } from './accounts';
import { isBlocked } from './recorded-traffic';
import { createSortedKeys } from './sorted-keys';
import type { SortedKeys } from './sorted-keys';

/** A direction of an account as a number. */
export const blockedNumber = (slot: number, direction: Direction): number =>
  slot * 2 + (direction === 'inbound' ? 0 : 1);

export const slotOfBlocked = (number: number): number => number >>> 1;
export const directionOfBlocked = (number: number): Direction => ((number & 1) === 0 ? 'inbound' : 'outbound');

/** The directions that are blocked by the log's decisions, in the order of `accountId/direction`. */
export const createBlockedKeys = (accounts: Accounts): SortedKeys =>
  createSortedKeys({
    keyOf: (number) => `${accounts.accountIdOf(slotOfBlocked(number))}/${directionOfBlocked(number)}`,
    has: (number) => {
      const slot = slotOfBlocked(number);
      return isBlocked(accounts.pageOf(slot), accounts.numberOf(slot), directionOfBlocked(number));
    },
  });
