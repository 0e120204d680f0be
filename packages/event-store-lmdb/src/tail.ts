import type { EventBody, Position, RecordedEvent } from '@tollgate/event-store';

/** The newest events, kept in memory so that live subscribers need not read and parse what was just written. */
export type Tail<Body extends EventBody> = {
  /** `sizes` are those of their records, in bytes. */
  push(events: readonly RecordedEvent<Body>[], sizes: readonly number[]): void;
  /** Up to `limit` events from `position` on; nothing if the tail does not reach back that far. */
  from(position: Position, limit: number): readonly RecordedEvent<Body>[] | undefined;
};

/** Holds between one and two times what it is given room for, in events and in bytes. */
export const createTail = <Body extends EventBody>(room: { events: number; bytes: number }): Tail<Body> => {
  let kept: { event: RecordedEvent<Body>; bytes: number }[] = [];
  let total = 0;

  const shorten = (): void => {
    let count = 0;
    let bytes = 0;
    for (let place = kept.length - 1; place >= 0 && count < room.events; place -= 1) {
      bytes += kept[place]?.bytes ?? 0;
      if (bytes > room.bytes) break;
      count += 1;
    }
    kept = count === 0 ? [] : kept.slice(-count);
    total = kept.reduce((sum, one) => sum + one.bytes, 0);
  };

  return {
    push: (events, sizes) => {
      events.forEach((event, index) => {
        const bytes = sizes[index] ?? 0;
        kept.push({ event, bytes });
        total += bytes;
      });
      if (kept.length > 2 * room.events || total > 2 * room.bytes) shorten();
    },
    from: (position, limit) => {
      const oldest = kept[0];
      if (oldest === undefined || position < oldest.event.position) return undefined;
      const start = Number(position - oldest.event.position);
      return kept.slice(start, start + limit).map(({ event }) => event);
    },
  };
};
