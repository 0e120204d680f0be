import type { Position } from '@tollgate/event-store';

/** An event is in the reports within milliseconds when all is well. */
const patienceMs = 10_000;

/** How far the reports are behind the log: since when something is not in them that should be, and why, if something failed. */
export const createLag = (clock: () => Date) => {
  let behind: { since: Date; reason?: string | undefined; isOvertaken?: boolean } | undefined = {
    since: clock(),
    reason: 'no answer yet',
  };
  const ms = (): number => (behind === undefined ? 0 : Math.max(0, clock().getTime() - behind.since.getTime()));
  return {
    /** An event of that time is about to be written. */
    noteOldest: (recordedAt: string): void => {
      behind = { ...behind, since: new Date(recordedAt) };
    },
    noteWritten: (isCaughtUp: boolean): void => {
      behind = isCaughtUp ? undefined : { since: behind?.since ?? clock() };
    },
    /** Another process was faster with what was about to be written, and may be with what comes next. */
    noteOvertaken: (): void => {
      behind = { since: behind?.since ?? clock(), isOvertaken: true };
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
      const { since, reason, isOvertaken = false } = behind;
      const isReady = reason === undefined && ms() <= patienceMs;
      if (isReady && isOvertaken) return { isReady, detail: `${place}; stands by: another process writes them` };
      const why = reason ?? 'catching up; on a long log "tollgate reporting rebuild" is faster';
      return {
        isReady,
        detail: `${place}, behind since ${since.toISOString()}: ${why}`,
      };
    },
  };
};
