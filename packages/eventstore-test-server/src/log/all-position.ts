import type { EventLog } from './event-log';

export type AllPosition = 'start' | 'end' | { commit: bigint; prepare: bigint };

/** Where in `all` a read or a subscription starts: the index of the first event forwards, the one behind it backwards. */
export type Start = number | 'invalid' | 'no event';

const largest = 2n ** 63n - 1n;
const endMark = 2n ** 64n - 1n;

/** Positions are those of events, the start, the end, or beyond the end; a checkpoint's prepare position may be 0. */
export const findStart = (log: EventLog, from: AllPosition): Start => {
  if (from === 'start') return 0;
  if (from === 'end' || (from.commit === endMark && from.prepare === endMark)) return log.all.length;
  const { commit, prepare } = from;
  if (commit > largest || prepare > commit) return 'invalid';
  if (commit === 0n) return 0;
  if (commit >= log.end()) return log.all.length;
  const index = log.indexOf(commit);
  return index === -1 ? 'no event' : index;
};
