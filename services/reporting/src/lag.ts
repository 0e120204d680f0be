import type { Position } from '@tollgate/event-store';

/** An event is in the reports within milliseconds when all is well. */
const patienceMs = 10_000;

/** How far the reports are behind the log: since when something is not in them that should be, and why, if something failed. */
export const createLag = (clock: () => Date) => {
  let behind: { since: Date; reason: string | undefined } | undefined = { since: clock(), reason: 'no answer yet' };
  const ms = (): number => (behind === undefined ? 0 : Math.max(0, clock().getTime() - behind.since.getTime()));
  return {
    /** An event of that time is about to be written. */
    noteOldest: (recordedAt: string): void => {
      behind = { since: new Date(recordedAt), reason: behind?.reason };
    },
    noteWritten: (isCaughtUp: boolean): void => {
      behind = isCaughtUp ? undefined : { since: behind?.since ?? clock(), reason: undefined };
    },
    /** Returns whether that reason is a new one. */
    noteFailure: (reason: string): boolean => {
      const isNew = behind?.reason !== reason;
      behind = { since: behind?.since ?? clock(), reason };
      return isNew;
    },
    seconds: (): number => ms() / 1_000,
    readiness: (position: Position | undefined): { isReady: boolean; detail: string } => {
      const place = position === undefined ? 'nothing is applied yet' : `applied up to position ${String(position)}`;
      if (behind === undefined) return { isReady: true, detail: place };
      const { since, reason } = behind;
      const why = reason ?? 'catching up; on a long log "tollgate reporting rebuild" is faster';
      return {
        isReady: reason === undefined && ms() <= patienceMs,
        detail: `${place}, behind since ${since.toISOString()}: ${why}`,
      };
    },
  };
};
