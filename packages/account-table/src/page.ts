import type { Sums } from '@tollgate/money';
import type { Marks } from './marks';
import { rowBytes } from './row';
import type { PendingDecision } from './table';

/** Rows of accounts in the order in which they were opened, and beside them what no row has room for, by the row's number in the page. */
export type Page = {
  readonly totals: Sums;
  readonly accountIds: string[];
  readonly names: (string | undefined)[];
  readonly marks: Map<number, Marks>;
  readonly cutoffMarks: Map<number, Marks>;
  /** What the fold decided and the log does not hold, oldest first. */
  readonly pending: Map<number, PendingDecision[]>;
};

export const createPage = (slots: number): Page => ({
  totals: { bytes: new DataView(new ArrayBuffer(slots * rowBytes)), tops: new Map() },
  accountIds: [],
  names: [],
  marks: new Map(),
  cutoffMarks: new Map(),
  pending: new Map(),
});
