import { totalsBytes } from '@tollgate/balance';

/**
 * Where each thing that is known of an account stands in its row, from the row's start; little-endian. What an event touches is
 * side by side, in few cache lines.
 */
export const rowAt = {
  /** What the fold sums up: `totalOffset` of packages/balance. */
  totals: 0,
  /** f64: of the last event of the account's stream. */
  place: totalsBytes,
  /** u32 each: revision of that event, and of the one that set the rule in force. */
  revision: totalsBytes + 8,
  cutoffRevision: totalsBytes + 12,
  /** u32: number of the rule. */
  rule: totalsBytes + 16,
  /** u32 each: sequence of the last decision of the fold, and of the last in the log. */
  decided: totalsBytes + 20,
  recorded: totalsBytes + 24,
  /** u16: number of the currency; at most 17,576 match the contract's pattern. */
  currency: totalsBytes + 28,
  /** u8: the directions that are blocked by the fold. */
  blocked: totalsBytes + 30,
  /** u8 each: the directions that are blocked by the log's decisions, and the balances these name as exhausted. */
  recordedBlocked: totalsBytes + 31,
  recordedBlockers: totalsBytes + 32,
  /** u32 each, of inbound and then of outbound: sequence of the last decision in the log. */
  sequence: totalsBytes + 36,
  /** f64 each, of inbound and then of outbound: its time, in ms since 1970. */
  since: totalsBytes + 48,
  /** f64: of the last event of the account's cutoff stream. */
  cutoffPlace: totalsBytes + 64,
} as const;

export const rowBytes = totalsBytes + 72;
