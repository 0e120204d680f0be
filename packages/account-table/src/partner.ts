import type { Account, Balance, Direction, Held, TrafficState } from '@tollgate/balance';
import type { Position } from '@tollgate/event-store';

/** State of one direction; `since`, `sequence` and `exhausted` are those of the decision that made it so, absent before the first. */
export type TrafficStatus = {
  readonly state: TrafficState;
  readonly since?: string | undefined;
  readonly sequence?: number | undefined;
  readonly exhausted?: readonly Balance[] | undefined;
};

/** What is served of one account: its fold, its traffic as the log's decisions have it, and the last event of its stream. */
export type Partner = {
  readonly account: Account;
  readonly traffic: Readonly<Record<Direction, TrafficStatus>>;
  /** What is held for its calls; absent if nothing is. */
  readonly held?: Held | undefined;
  readonly revision: number;
  readonly position: Position;
};
