import { noStream } from '@tollgate/event-store';
import type {
  AppendResult,
  EventBody,
  LogIndex,
  Place,
  Position,
  StreamAppend,
  StreamHead,
} from '@tollgate/event-store';
import type { GroupEncoder } from './group-encoder';

export type Plan<Body extends EventBody> = {
  /** Begins a group, after the event at `last`. */
  begin(last: Place): void;
  /** Puts into the group what can be recorded, if the write succeeds; what cannot is a conflict already. */
  add(appends: readonly StreamAppend<Body>[]): AppendResult[];
};

/** Decides by the heads of the streams, those of the group in the making before those of the index. */
export const createPlan = <Body extends EventBody>(parts: {
  index: LogIndex<Body>;
  encoder: GroupEncoder<Body>;
  classOf(stream: string): number;
}): Plan<Body> => {
  const { index, encoder, classOf } = parts;
  /** What earlier calls put into the group. Most groups are of one call, which names a stream once and never looks. */
  const before: { stream: string; head: StreamHead }[] = [];
  const heads = new Map<string, StreamHead>();
  let last: Place = 0;

  const lookUp = (): void => {
    for (const { stream, head } of before) heads.set(stream, head);
    before.length = 0;
  };

  const addAll = ({ stream, events }: StreamAppend<Body>, head: StreamHead | undefined): Position[] => {
    const ofLines = { name: stream, streamClass: classOf(stream) };
    // One object for all events of an append, so that none leaves garbage.
    const at = { stream, revision: head?.revision ?? noStream, before: head?.place ?? 0 };
    encoder.reserve(events.length);
    const header = { bytes: encoder.headers(), offset: 0 };
    const positions = events.map((event) => {
      at.revision += 1;
      encoder.add(event, ofLines, at);
      header.offset = encoder.foldOffset();
      index.describe(event, at, header);
      last += 1;
      at.before = last;
      return BigInt(last);
    });
    before.push({ stream, head: { revision: at.revision, place: last } });
    return positions;
  };
  return {
    begin: (place) => {
      last = place;
      before.length = 0;
      if (heads.size > 0) heads.clear();
      encoder.begin();
    },
    add: (appends) => {
      const results: AppendResult[] = [];
      lookUp();
      for (const append of appends) {
        const head = heads.get(append.stream) ?? index.head(append.stream);
        const currentRevision = head?.revision ?? noStream;
        if (currentRevision === append.expectedRevision)
          results.push({ status: 'recorded', positions: addAll(append, head) });
        else results.push({ status: 'conflict', currentRevision });
      }
      return results;
    },
  };
};
