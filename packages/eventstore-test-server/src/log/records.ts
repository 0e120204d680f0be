import { deletedRevision, metastreamOf, type ProposedEvent, type RecordedEvent } from './recorded-event';
import { createRememberedIds, type RememberedIds } from './remembered-ids';

/** Everything that was ever written, in order and by stream. */
export type Records = {
  all: readonly RecordedEvent[];
  of: (stream: string) => readonly RecordedEvent[];
  newestMetadata: (stream: string) => RecordedEvent | undefined;
  isTombstoned: (stream: string) => boolean;
  write: (stream: string, first: bigint, events: ProposedEvent[]) => RecordedEvent[];
  /** The index in `all` of the event at this position; -1 if none is. */
  indexOf: (position: bigint) => number;
  /** Where the next record begins. */
  end: () => bigint;
  /** An append of no events takes room, too. Gives its position. */
  skip: () => bigint;
  ids: Pick<RememberedIds, 'revisionIn' | 'forget'>;
};

export type RecordsOptions = {
  /** Keeps the events of one append before anybody is shown them. */
  record: (events: RecordedEvent[]) => void;
  recorded: Iterable<RecordedEvent>;
  /** Something was written and can be read. */
  written: () => void;
  now: () => number;
};

const headerBytes = 100;
const sizeOf = ({ stream, type, data, metadata }: RecordedEvent): number =>
  headerBytes + stream.length + type.length + data.length + metadata.length;

export const createRecords = ({ record, recorded, written: announce, now }: RecordsOptions): Records => {
  const all: RecordedEvent[] = [];
  const streams = new Map<string, RecordedEvent[]>();
  const tombstones = new Set<string>();
  const ids = createRememberedIds();
  let end = 548n;

  const place = (event: RecordedEvent): void => {
    all.push(event);
    end = event.position + BigInt(sizeOf(event));
    if (event.revision === deletedRevision) tombstones.add(event.stream);
    else if (!streams.get(event.stream)?.push(event)) streams.set(event.stream, [event]);
  };
  for (const event of recorded) place(event);

  const of = (stream: string): readonly RecordedEvent[] => streams.get(stream) ?? [];
  return {
    all,
    of,
    newestMetadata: (stream) => of(metastreamOf(stream)).at(-1),
    isTombstoned: (stream) => tombstones.has(stream),
    write: (stream, first, events) => {
      let position = end;
      const written = events.map((event, index) => {
        const placed = { ...event, stream, revision: first + BigInt(index), position, createdMs: now() };
        position += BigInt(sizeOf(placed));
        return placed;
      });
      record(written);
      for (const event of written) {
        place(event);
        ids.remember(event.id, stream, event.revision);
      }
      if (written.length > 0) announce();
      return written;
    },
    indexOf: (position) => indexOf(all, position),
    end: () => end,
    skip: () => {
      const position = end;
      end += BigInt(headerBytes);
      return position;
    },
    ids,
  };
};

const indexOf = (all: readonly RecordedEvent[], position: bigint): number => {
  let low = 0;
  let high = all.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = all[middle]?.position ?? 0n;
    if (found === position) return middle;
    if (found < position) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
};
