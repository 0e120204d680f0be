import type { Direction } from './entry';

/** Of one direction: opening + payments − usage + adjustments = closing, as shortest exact decimals. */
export type Figures = { opening: string; payments: string; usage: string; adjustments: string; closing: string };

/** What an account is told to close: everything up to a time of recording. */
export type StatementClosing = {
  statementId: string;
  accountId: string;
  /** Exclusive, RFC 3339 UTC. */
  to: string;
};

/**
 * An interval of an account's stream, from where the statement before it ended up to the first event that was recorded at `to` or
 * later. What comes afterwards is in the next one, whenever it happened.
 */
export type ClosedStatement = StatementClosing & {
  /** From 1: place among the statements of the account. */
  number: number;
  /** `to` of the statement before; absent of the first. */
  from?: string | undefined;
  /** Revisions of the first and last event it covers; the last is one below the first where there are none. */
  fromRevision: number;
  throughRevision: number;
  /** How many of them moved a balance. */
  entries: number;
  figures: Record<Direction, Figures>;
};
