import type { AccountTable } from '@tollgate/account-table';
import { isRetriable } from '@tollgate/service-runtime';
import type { Log } from '@tollgate/service-runtime';
import type { Item } from './intent';
import type { Ledger } from './ledger';

/** What only time does to reservations, by the clock of the writer. */
export type ReservationClock = { stop(): Promise<void> };

type Parts = { ledger: Pick<Ledger, 'submit'>; table: AccountTable; clock: () => Date; logger: Log };

const tickMs = 1_000;
/** Bounds how much one tick submits. */
const mostAtOnce = 1_000;
/** Usage that has not come by then is worth a look. */
const patienceMs = 15 * 60_000;

/**
 * Records the end of what was granted and of which nobody told the end, within a second or two: an event, so that a replay ends it
 * where it ended; what is held for it stays. Warns of calls whose usage does not come. Several writers may do so at once: the first one counts.
 */
export const startReservationClock = ({ ledger, table, clock, logger }: Parts): ReservationClock => {
  let running: Promise<void> | undefined;
  let isFailing = false;
  let warnedMs = 0;

  const expire = async (): Promise<void> => {
    try {
      await ledger.submit(dueItems(table, clock()));
      isFailing = false;
    } catch (error) {
      // What is not retriable ends the ledger, which says so itself.
      if (!isRetriable(error) || isFailing) return;
      isFailing = true;
      logger.warn({ error: error.message }, 'reservations cannot be ended now; they are when the log can be written');
    }
  };

  const warn = (): void => {
    const nowMs = clock().getTime();
    const { unsettled, unsettledSince } = table.held();
    if (unsettledSince === undefined || nowMs - Date.parse(unsettledSince) < patienceMs) return;
    if (nowMs - warnedMs < patienceMs) return;
    warnedMs = nowMs;
    logger.warn(
      { unsettled, since: unsettledSince },
      'the usage of calls that have ended does not come; what they cost stays reserved until it does or somebody writes it off: tollgate authorizations write-off',
    );
  };

  const timer = setInterval(() => {
    warn();
    running ??= expire().finally(() => {
      running = undefined;
    });
  }, tickMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
};

const dueItems = (table: AccountTable, now: Date): Item[] => {
  const metadata = { source: { receivedAt: now.toISOString() } };
  return table.expired(now.getTime(), mostAtOnce).map((data) => ({ intent: { type: 'ExpireCall', data }, metadata }));
};
