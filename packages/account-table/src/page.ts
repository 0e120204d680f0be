import type { Sums } from '@tollgate/money';
import { createMarks } from './marks';
import type { Marks } from './marks';
import { rowBytes, trafficBytes } from './row';
import type { AccountReservations } from './account-reservations';
import type { Acknowledged } from './acknowledged';
import type { PendingDecision } from './table';

/** Rows of accounts in the order in which they were opened, and beside them what no row has room for, by the row's number in the page. */
export type Page = {
  /** The rows; sums are what they begin with. */
  readonly totals: Sums;
  /** What the log's decisions say, `trafficBytes` an account. */
  readonly traffic: DataView;
  readonly accountIds: string[];
  readonly names: (string | undefined)[];
  readonly marks: Marks;
  readonly cutoffMarks: Marks;
  /** What the fold decided and the log does not hold, oldest first. */
  readonly pending: Map<number, PendingDecision[]>;
  /** What is held for calls; of accounts for which nothing is, nothing stands here. */
  readonly reservations: Map<number, AccountReservations>;
  /** What switches have told of the command in force, by account and direction. */
  readonly acknowledgements: Map<number, Acknowledged[]>;
};

/** Large blocks of memory begin 16 bytes after a boundary; with this a row begins with a pair of cache lines. */
const alignment = 112;

export const createPage = (slots: number): Page => ({
  totals: { bytes: new DataView(new ArrayBuffer(slots * rowBytes + alignment), alignment), tops: new Map() },
  traffic: new DataView(new ArrayBuffer(slots * trafficBytes)),
  accountIds: [],
  names: [],
  marks: createMarks(),
  cutoffMarks: createMarks(),
  pending: new Map(),
  reservations: new Map(),
  acknowledgements: new Map(),
});
