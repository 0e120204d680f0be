import { LRUCache } from 'lru-cache';
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

const cachedHeads = 50_000;

export const createStreamIndex = (store: ProjectionStore): StreamIndex => {
  const heads = new LRUCache<string, number>({ max: cachedHeads });
  return {
    head: (stream) => {
      const head = heads.get(stream) ?? Number(store.get(stream) ?? noStream);
      heads.set(stream, head);
      return head;
    },
    positionOf: (stream, revision) => {
      const position = store.get(entryKey(stream, revision));
      return position === undefined ? undefined : BigInt(position);
    },
    add: async (events) => {
      const puts: [string, string][] = [];
      const moved = new Map<string, number>();
      for (const { stream, revision, position } of events) {
        puts.push([entryKey(stream, revision), position.toString()]);
        moved.set(stream, revision);
      }
      for (const [stream, revision] of moved) {
        puts.push([stream, String(revision)]);
        heads.set(stream, revision);
      }
      await store.commit({ puts, position: events.at(-1)?.position });
    },
  };
};

/** A stream name holds no space, so no head key is taken for an entry key. */
const entryKey = (stream: string, revision: number): string => `${stream} ${String(revision)}`;
