import { storedEvents } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventBody, RecordedEvent } from '@tollgate/event-store';

/** Old logs kept no version. */
const oldVersion = 0;

/** Events of an old log in the form they have now. */
export function* upgradedEvents(events: Iterable<RecordedEvent<EventBody>>): Generator<RecordedEvent<LogEvent>> {
  for (const { type, data, metadata, unread: _unread, ...place } of events)
    yield { ...place, ...storedEvents.decode({ type, version: oldVersion, data, metadata }) };
}
