import type { Direction } from '@tollgate/balance';
import type { TotalName } from '../movements';

/** What moved a balance, with the balance of its direction after it. Amounts are exact, in their shortest form. */
export type Entry = {
  revision: number;
  recordedAt: string;
  /** When it happened, as far as its record says, else when it was received. */
  happenedAt: string;
  /** On which it happened, in the zone of the statement. */
  day: string;
  kind: string;
  id: string;
  prefix?: string;
  /** In words of whoever recorded it. */
  about: string;
  effect: string;
  balance: string;
  /** It happened before the statement begins, and was recorded too late for the one before. */
  isLate: boolean;
};

/** Of the calls to a destination; `calls` and `usage` without those that were taken back. */
export type OfPrefix = { prefix?: string; calls: number; usage: string };
export type OfDay = Record<TotalName | 'change', string> & { day: string };

/** Opening + payments − usage + adjustments = closing; what is by prefix sums to the usage, what is by day to all of it. */
export type Part = Record<'opening' | TotalName | 'closing', string> & {
  direction: Direction;
  entries: Entry[];
  prefixes: OfPrefix[];
  days: OfDay[];
};

export type Statement = {
  accountId: string;
  name?: string;
  currency: string;
  zone: string;
  /** By when things were recorded: `from` on, and before `to`. Absent: from the first, up to the last. */
  from?: string;
  to?: string;
  /** Absent of a draft. */
  closed?: { statementId: string; closedAt: string };
  parts: Part[];
};

/** What a statement says of itself, a line each. */
export const headLines = ({ accountId, name, currency, zone, from, to, closed }: Statement): string[] => [
  `Statement of ${name === undefined ? accountId : `${name} (${accountId})`}, in ${currency}`,
  closed === undefined
    ? 'DRAFT, not closed: cut by time of recording, and only a closed statement never changes'
    : `Statement ${closed.statementId}, closed ${closed.closedAt}`,
  `Recorded from ${from ?? 'the first entry on'}, ${to === undefined ? 'up to the last entry' : `before ${to}`}; days are those of ${zone}`,
];
