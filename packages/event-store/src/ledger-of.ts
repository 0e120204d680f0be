import type { EventBody, EventLog } from './event-log';

/** What a ledger is named by outside of its log: the id of its first event. Absent while there is none. */
export const ledgerOf = async <Body extends EventBody>(log: EventLog<Body>): Promise<string | undefined> => {
  const { signal } = new AbortController();
  // A batch may say no more than that there was nothing up to its position.
  for await (const { events, isCaughtUp } of log.subscribe({ prefixes: [''], maxEvents: 1, signal }))
    if (events[0] !== undefined || isCaughtUp) return events[0]?.eventId;
  return undefined;
};
