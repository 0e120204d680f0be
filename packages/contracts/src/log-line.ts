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
  return JSON.stringify({ stream, revision, eventId, type, recordedAt, ...originOf(event), data });
};

/**
 * When and how a record came, what it takes back, what is held again for its call, and what its numbers are sealed with. Decisions and
 * messages are Tollgate's own.
 */
const originOf = (event: LogEvent): object => {
  if (!isAccountEvent(event)) return {};
  const { receivedAt } = event.metadata.source;
  const by = byOf(event.metadata);
  const { reversed, restored } = event.type === 'EntryReversed' ? event.metadata : {};
  const { sealed } = event.type === 'UsageCharged' || event.type === 'ReservationPlaced' ? event.metadata : {};
  return {
    receivedAt,
    ...(by && { by }),
    ...(reversed && { reversed }),
    ...(restored && { restored }),
    ...(sealed && { sealed }),
  };
};

/**
 * The same of parts that are JSON already: `place` is `{"stream":…,"revision":…,"eventId":…`, and `origin` is of `originText`. Of what is
 * written the data are most, and they need not be read.
 */
export const logLineOf = (parts: { place: string; type: string; recordedAt: string; origin: string; data: string }) =>
  `${parts.place},"type":"${parts.type}","recordedAt":"${parts.recordedAt}"${parts.origin},"data":${parts.data}}`;

/** What stands between the time of the record and its data, with a comma before it; empty where nothing does. */
export const originText = (event: Pick<LogEvent, 'type'> & { metadata: object }): string => {
  const text = JSON.stringify(originOf(event as LogEvent));
  return text === '{}' ? '' : `,${text.slice(1, -1)}`;
};
