import type { EventBody, EventLog } from './event-log';

/** What a ledger is named by outside of its log: the id of its first event. Absent while there is none. */
export const ledgerOf = async <Body extends EventBody>(log: EventLog<Body>): Promise<string | undefined> => {
  const { signal } = new AbortController();
  for await (const { events, isCaughtUp } of log.subscribe({ prefixes: [''], maxEvents: 1, signal })) {
    const [first] = events;
    // A batch may tell of nothing but how far it is.
    if (first !== undefined || isCaughtUp) return first?.eventId;
  }
  return undefined;
};
