import { noStream } from '@tollgate/event-store';
import type { EventBody, Position, RecordedEvent } from '@tollgate/event-store';
import type { ProjectionStore } from '@tollgate/projection-store';

/** Where each event of a stream is in the log. Derived from the log: `position` says how far. */
export type StreamIndex = {
  /** Revision of the stream's last event, `noStream` if it has none. */
  head(stream: string): number;
  positionOf(stream: string, revision: number): Position | undefined;
  add(events: readonly RecordedEvent<EventBody>[]): Promise<void>;
};

export const createStreamIndex = (store: ProjectionStore): StreamIndex => ({
  head: (stream) => Number(store.get(stream) ?? noStream),
  positionOf: (stream, revision) => {
    const position = store.get(entryKey(stream, revision));
    return position === undefined ? undefined : BigInt(position);
  },
  add: async (events) => {
    const heads = new Map<string, string>();
    const puts: [string, string][] = events.map(({ stream, revision, position }) => {
      heads.set(stream, String(revision));
      return [entryKey(stream, revision), position.toString()];
    });
    await store.commit({ puts: [...puts, ...heads], position: events.at(-1)?.position });
  },
});

/** A stream name holds no space, so no head key is taken for an entry key. */
const entryKey = (stream: string, revision: number): string => `${stream} ${revision.toString().padStart(10, '0')}`;
