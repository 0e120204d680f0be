/**
 * What folding needs of an event, in the bytes an index has in its header; little-endian. `total` is where in the row of the account
 * the amount goes (with `settling` where usage, or its reversal, changes what is held for a call too), `high` and `low` its limbs as they are added there, `slot` the account's (of what is about no account its stream's).
 */
export const headerAt = {
  typeCode: 0,
  version: 1,
  total: 2,
  slot: 4,
  high: 8,
  low: 16,
  idHigh: 24,
  idLow: 28,
} as const;

/** In `total`, beside the offset. */
export const settling = 0x8000;
