import { byOf } from './by';
import { isAccountEvent } from './log-event';
import type { LogEvent } from './log-event';

type Recorded = LogEvent & { stream: string; revision: number; eventId: string; recordedAt: string };

/**
 * An event as a line of JSON, without its end: what `tollgate export` prints and what the ledger's tree has as a leaf. It has no
 * position, so that it is the same wherever the log stands. Its bytes may never change, or no checkpoint of before holds any more.
 */
export const logLine = (event: Recorded): string => {
  const { stream, revision, eventId, type, recordedAt, data } = event;
  const place = { stream, revision, eventId, type, recordedAt };
  if (!isAccountEvent(event)) return JSON.stringify({ ...place, data });
  const { receivedAt } = event.metadata.source;
  const by = byOf(event.metadata);
  const reversed = event.type === 'EntryReversed' ? event.metadata.reversed : undefined;
  return JSON.stringify({ ...place, receivedAt, ...(by && { by }), ...(reversed && { reversed }), data });
};
