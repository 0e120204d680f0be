import type { EventBody, Place, RecordedEvent } from '@tollgate/event-store';
import type { GroupReader } from './group-reader';

/** Reads single events, one after the other: a group that is read holds only until the next. */
export const createEventReader = <Body extends EventBody>(
  reader: GroupReader<Body>,
): ((place: Place) => Promise<RecordedEvent<Body> | undefined>) => {
  const read = async (place: Place): Promise<RecordedEvent<Body> | undefined> => {
    const group = await reader.groupOf(place);
    return group?.event(place - group.place(0));
  };
  let reading: Promise<unknown> = Promise.resolve();
  return (place) => {
    const event = reading.then(() => read(place));
    reading = event.catch(() => undefined);
    return event;
  };
};
