import type { EventLog } from './event-log';

export type AllPosition = 'start' | 'end' | { commit: bigint; prepare: bigint };

/** The index in `all` of the event at a position, or of the one behind it in a read backwards; or why there is none. */
export type Start = number | 'invalid' | 'no event' | 'before the first' | 'beyond the end';

const largest = 2n ** 63n - 1n;
const endMark = 2n ** 64n - 1n;

/** A position is an event's, or that of a checkpoint, whose prepare position may be 0. */
export const findStart = (log: EventLog, from: AllPosition): Start => {
  if (from === 'start') return 0;
  if (from === 'end' || (from.commit === endMark && from.prepare === endMark)) return log.all.length;
  return from.commit > largest || from.prepare > from.commit ? 'invalid' : find(log, from.commit);
};

const find = ({ all, end, indexOf }: EventLog, position: bigint): Start => {
  if (position === 0n) return 0;
  if (position >= end()) return 'beyond the end';
  if (position < (all[0]?.position ?? 0n)) return 'before the first';
  const index = indexOf(position);
  return index === -1 ? 'no event' : index;
};
