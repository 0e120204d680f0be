import { totalsBytes } from '@tollgate/balance';

/**
 * Where each thing that is known of an account stands in its row, from the row's start; little-endian. The row has what events touch:
 * two cache lines, whatever the account. What only decisions touch and readers ask stands apart, in `trafficAt`.
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
} as const;

export const rowBytes = totalsBytes + 32;

/** Where an account's traffic stands, as the decisions in the log have it, from the start of its own bytes. */
export const trafficAt = {
  /** f64 each, of inbound and then of outbound: time of the last decision in the log, in ms since 1970. */
  since: 0,
  /** f64: place of the last event of the account's cutoff stream. */
  place: 16,
  /** u32 each, of inbound and then of outbound: sequence of the last decision. */
  sequence: 24,
  /** u8 each: the directions that are blocked, and the balances that the decisions name as exhausted. */
  blocked: 32,
  blockers: 33,
} as const;

export const trafficBytes = 40;
