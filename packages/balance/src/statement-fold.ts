import { addTo, formatAmount, parseSum } from '@tollgate/money';
import type { Sums } from '@tollgate/money';
import type { AccountEvent } from './account-event';
import { isBefore } from './as-of';
import type { ClosedStatement, Figures, StatementClosing } from './closed-statement';
import type { Direction } from './entry';
import { movementOf, totalsAt, totalsBytes } from './totals';

/** Sums the events of a statement as they are read, in the order of their stream from `next()` on. */
export const createStatementFold = (previous: ClosedStatement | undefined, to: string) => {
  const totals: Sums = { bytes: new DataView(new ArrayBuffer(totalsBytes)), tops: new Map() };
  const movement = { total: 0, high: 0, low: 0 };
  const fromRevision = (previous?.throughRevision ?? -1) + 1;
  let next = fromRevision;
  let entries = 0;

  const figuresOf = (direction: Direction): Figures => {
    const opening = previous?.figures[direction].closing ?? '0';
    const { payments, usage, adjustments } = totalsAt(totals, 0, direction);
    return {
      ...{ opening, payments: formatAmount(payments), usage: formatAmount(usage) },
      adjustments: formatAmount(adjustments),
      closing: formatAmount(parseSum(opening) + payments - usage + adjustments),
    };
  };

  return {
    next: (): number => next,
    /** Whether the event is covered; once one is not, none after it is. */
    apply: (event: AccountEvent, recordedAt: string): boolean => {
      if (!isBefore(recordedAt, to)) return false;
      next += 1;
      if (movementOf(event, movement)) {
        addTo(totals, movement.total, movement.high, movement.low);
        entries += 1;
      }
      return true;
    },
    closed: (closing: StatementClosing): ClosedStatement => ({
      ...{ ...closing, number: (previous?.number ?? 0) + 1 },
      ...(previous !== undefined && { from: previous.to }),
      ...{ fromRevision, throughRevision: next - 1, entries },
      figures: { inbound: figuresOf('inbound'), outbound: figuresOf('outbound') },
    }),
  };
};
export type StatementFold = ReturnType<typeof createStatementFold>;
