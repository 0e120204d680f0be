import type { Edge } from './account';
import type { Event } from './event';

/** What is told of a line of an export. */
export type Told = { line: number; what: string };

const patienceMs = 60_000;
/** By which clocks may differ. */
const clockMs = 300_000;

/** Whether decisions came in time, and whether lines are of a time that has been. */
export const createPunctuality = () => {
  const late: Told[] = [];
  let newest = { at: 0, line: 0, recordedAt: '' };
  return {
    late,
    saw: ({ recordedAt }: Event, line: number): void => {
      const at = Date.parse(recordedAt);
      if (at > newest.at) newest = { at, line, recordedAt };
    },
    decided: (edge: Edge, event: Event, { line, what }: Told): void => {
      const delay = delayOf(edge, event);
      if (delay > patienceMs)
        late.push({ line, what: `${what} was decided ${minutesIn(delay)} after its cause, line ${String(edge.line)}` });
    },
    /** What has no time was never on its way. */
    isOnItsWay: ({ cause }: Edge): boolean => newest.at - Date.parse(cause.recordedAt) <= patienceMs,
    /** The newest line, where it is of a time that is yet to come, in milliseconds since 1970. */
    ahead: (now: number): Told[] => {
      const { at, line, recordedAt } = newest;
      const what = `it is of ${recordedAt}, and that is after now: one of the clocks is wrong, or the line was made up`;
      return at - now > clockMs ? [{ line, what }] : [];
    },
  };
};

/** By either of the times that the decision has. */
const delayOf = ({ cause }: Edge, { recordedAt, data }: Event): number =>
  Math.max(...[recordedAt, data['decidedAt']].map((time) => Date.parse(String(time)) || 0)) -
  Date.parse(cause.recordedAt);

const minutesIn = (ms: number): string => {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${String(minutes)} ${minutes === 1 ? 'minute' : 'minutes'}`;
  return `${String(Math.round(minutes / 60))} hours`;
};
