import { negate, parseLimbs, sumAt, sumBytes } from '@tollgate/money';
import type { Limbs, Sums } from '@tollgate/money';
import type { Account, Totals } from './account';
import { isCallEvent } from './account-event';
import type { AccountEvent } from './account-event';
import type { Direction, EntryKind } from './entry';

/** Where the totals of an account stand in a row: payments, usage and adjustments, of inbound and then of outbound. */
export const totalOffset = {
  inbound: { payment: 0, usage: sumBytes, adjustment: 2 * sumBytes },
  outbound: { payment: 3 * sumBytes, usage: 4 * sumBytes, adjustment: 5 * sumBytes },
} as const satisfies Record<Direction, Record<EntryKind, number>>;

export const totalsBytes = 6 * sumBytes;

/** What one event adds to the total at `total` in its account's row; reversals take back what they reverse (DESIGN 2.8). */
export type Movement = Limbs & { total: number };

/** The movement an event is, put into `into`; false if it moves nothing. */
export const movementOf = (event: AccountEvent, into: Movement): boolean => {
  if (isCallEvent(event)) return false;
  switch (event.type) {
    case 'AccountOpened':
    case 'CutoffChanged':
    case 'StatementClosed':
      return false;
    case 'PaymentRecorded':
      parseLimbs(event.data.amount, into);
      into.total = totalOffset[event.data.direction].payment;
      return true;
    case 'UsageCharged': {
      const { direction, amount } = event.unread ?? event.data;
      parseLimbs(amount, into);
      into.total = totalOffset[direction].usage;
      return true;
    }
    case 'BalanceAdjusted':
      parseLimbs(event.data.amount, into);
      into.total = totalOffset[event.data.direction].adjustment;
      return true;
    case 'EntryReversed': {
      const { direction, amount } = event.metadata.reversed;
      parseLimbs(amount, into);
      negate(into);
      into.total = totalOffset[direction][event.data.of.kind];
      return true;
    }
  }
};

/** The account whose totals stand at `row`, for those who read it. */
export const accountAt = (totals: Sums, row: number, about: Omit<Account, 'totals'>): Account => ({
  ...about,
  totals: { inbound: totalsAt(totals, row, 'inbound'), outbound: totalsAt(totals, row, 'outbound') },
});

/** Those of one direction. */
export const totalsAt = (totals: Sums, row: number, direction: Direction): Totals => ({
  payments: sumAt(totals, row + totalOffset[direction].payment),
  usage: sumAt(totals, row + totalOffset[direction].usage),
  adjustments: sumAt(totals, row + totalOffset[direction].adjustment),
});
