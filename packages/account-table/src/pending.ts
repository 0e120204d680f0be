import type { TrafficVerdict } from '@tollgate/balance';
import { LogDamaged } from '@tollgate/event-store';
import type { Place } from '@tollgate/event-store';
import type { Page } from './page';
import type { PendingDecision } from './table';

/** What the fold decided and the log does not hold: of each account in its page, and of all of them by age. */
export type PendingDecisions = {
  add(page: Page, number: number, decision: PendingDecision): void;
  /** Takes off what the log now holds. Throws `LogDamaged` if that is not what the fold decided next for the account. */
  confirm(page: Page, number: number, made: TrafficVerdict): void;
  /** Oldest cause first. */
  all(): readonly PendingDecision[];
  /** Of the oldest cause; Infinity if nothing is pending. */
  oldest(): Place;
  /** Takes over what a page of a snapshot brought along. */
  restore(page: Page): void;
  /** Brings what was restored and what was decided since into one order. */
  sort(): void;
};

export const createPendingDecisions = (): PendingDecisions => {
  let byAge = new Set<PendingDecision>();
  return {
    add: (page, number, decision) => {
      byAge.add(decision);
      const before = page.pending.get(number);
      if (before === undefined) page.pending.set(number, [decision]);
      else before.push(decision);
    },
    confirm: (page, number, made) => {
      const pending = page.pending.get(number) ?? [];
      const [next] = pending;
      if (next === undefined || !isSame(next, made))
        throw new LogDamaged(
          `the log holds the decision ${inWords(made)}, and the fold decided ${next === undefined ? 'nothing' : inWords(next)}`,
        );
      byAge.delete(next);
      pending.shift();
      if (pending.length === 0) page.pending.delete(number);
    },
    all: () => [...byAge],
    oldest: () => {
      const first = byAge.values().next();
      return first.done === true ? Infinity : first.value.causePlace;
    },
    restore: ({ pending }) => {
      for (const decisions of pending.values()) for (const decision of decisions) byAge.add(decision);
    },
    sort: () => {
      byAge = new Set([...byAge].sort((one, other) => one.causePlace - other.causePlace));
    },
  };
};

const isSame = (one: TrafficVerdict, other: TrafficVerdict): boolean =>
  one.type === other.type &&
  one.data.sequence === other.data.sequence &&
  one.data.direction === other.data.direction &&
  one.data.cause.revision === other.data.cause.revision;

const inWords = ({ type, data: { accountId, direction, sequence, cause } }: TrafficVerdict): string =>
  `${String(sequence)} of ${accountId}: ${type} ${direction}, caused by revision ${String(cause.revision)}`;
