import type { EventBody, Position, RecordedEvent } from '@tollgate/event-store';

/** The newest events, kept in memory so that live subscribers need not read and parse what was just written. */
export type Tail<Body extends EventBody> = {
  push(events: readonly RecordedEvent<Body>[]): void;
  /** Up to `limit` events from `position` on; nothing if the tail does not reach back that far. */
  from(position: Position, limit: number): readonly RecordedEvent<Body>[] | undefined;
};

export const createTail = <Body extends EventBody>(capacity: number): Tail<Body> => {
  let events: RecordedEvent<Body>[] = [];
  return {
    push: (news) => {
      for (const event of news) events.push(event);
      if (events.length > 2 * capacity) events = events.slice(-capacity);
    },
    from: (position, limit) => {
      const oldest = events[0];
      if (oldest === undefined || position < oldest.position) return undefined;
      const start = Number(position - oldest.position);
      return events.slice(start, start + limit);
    },
  };
};
