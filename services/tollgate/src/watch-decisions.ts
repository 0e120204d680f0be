import type { AccountTable } from '@tollgate/account-table';
import { Gauge } from '@tollgate/service-runtime';
import type { Log } from '@tollgate/service-runtime';
import type { Part } from './roles/part';

type Parts = {
  table: Pick<AccountTable, 'pending' | 'place'>;
  /** Whether other processes may be who decides. */
  isShared: boolean;
  clock: () => Date;
  logger: Log;
};

const tickMs = 500;
/** A decision is recorded within milliseconds of its cause when all is well. */
const patienceMs = 5_000;
const mostSeen = 1_000;

/**
 * Tells when what the fold decided does not come into the log: nobody decides, or too slowly, and traffic that should be cut flows. By the
 * clock of this process, to the tick. A reason not to be ready it is not: whoever took this process out would change nothing.
 */
export const watchDecisions = ({ table, isShared, clock, logger }: Parts): Part => {
  /** How far the log was folded when: what was undecided then and is now has been for so long. */
  let seen: { place: number; ms: number }[] = [];
  let isTold = false;

  const lateMs = (): number => (seen[0] === undefined ? 0 : Math.max(0, clock().getTime() - seen[0].ms));
  const look = (): void => {
    const [oldest] = table.pending();
    seen = oldest === undefined ? [] : seen.filter(({ place }) => place >= oldest.causePlace);
    if (oldest !== undefined && seen.length < mostSeen) seen.push({ place: table.place(), ms: clock().getTime() });
    const isLate = lateMs() > patienceMs;
    if (isLate && !isTold) logger.warn({ decisions: table.pending().length }, lateText);
    if (!isLate && isTold) logger.info({}, 'decisions are recorded again');
    isTold = isLate;
  };

  const check = () => {
    look();
    const isReady = lateMs() <= patienceMs;
    const since = new Date(seen[0]?.ms ?? 0).toISOString();
    const late = `${String(table.pending().length)} not recorded, since ${since}: see whether a process with the role decide runs`;
    return { isReady, detail: isReady ? 'recorded as they fall due' : late };
  };

  const timer = setInterval(look, tickMs);
  return {
    readiness: isShared ? [{ name: 'decisions', check, isAside: true }] : [],
    observe: (registers) => {
      new Gauge({
        name: 'tollgate_undecided_seconds',
        help: 'For how long a block or unblock has been due that is not in the log; 0 when none is. Worth an alert above 10',
        registers,
        collect() {
          look();
          this.set(lateMs() / 1_000);
        },
      });
    },
    stop: () => {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
};

const lateText =
  'decisions are not recorded: traffic that should be cut may flow, or be cut that should flow; see whether a process with the role decide runs';
