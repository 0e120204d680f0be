import type { EventBody, Place, RecordedEvent } from '@tollgate/event-store';
import type { GroupReader } from './group-reader';

/** Reads single events, one after the other: a group that is read holds only until the next. */
export const createEventReader = <Body extends EventBody>(
  reader: GroupReader<Body>,
): ((place: Place) => Promise<RecordedEvent<Body> | undefined>) => {
  let underWay = 0;
  let reading: Promise<unknown> = Promise.resolve();
  const readAfter = async (earlier: Promise<unknown>, place: Place): Promise<RecordedEvent<Body> | undefined> => {
    underWay += 1;
    try {
      await earlier;
      const group = await reader.groupOf(place);
      return group?.event(place - group.place(0));
    } finally {
      underWay -= 1;
    }
  };
  return async (place) => {
    const held = underWay === 0 ? reader.held(place) : undefined;
    if (held !== undefined) return held.event(place - held.place(0));
    const event = readAfter(reading, place);
    reading = event.catch(() => undefined);
    return event;
  };
};
