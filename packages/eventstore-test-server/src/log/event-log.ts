import { randomUUID } from 'node:crypto';
import { decideAppend, type ExpectedRevision, type StreamState } from './append-decision';
import { deletedRevision, metastreamOf, type ProposedEvent, type RecordedEvent } from './recorded-event';
import { createRememberedIds } from './remembered-ids';
import { firstShown, limitsOf, withTruncateBefore } from './stream-limits';

export type Outcome =
  /** `revision` is -1n for an append of no events to a stream that is not there. `position` is missing where its event is truncated. */
  | { kind: 'success'; revision: bigint; position: bigint | undefined }
  | { kind: 'wrong expected revision'; current: bigint }
  | { kind: 'deleted' };

/** A soft-deleted stream is not found, like one that never was. */
export type ShownStream = { events: RecordedEvent[] } | 'not found' | 'deleted';

export type EventLog = {
  append: (stream: string, expected: ExpectedRevision, events: ProposedEvent[]) => Outcome;
  softDelete: (stream: string, expected: ExpectedRevision) => Outcome;
  tombstone: (stream: string, expected: ExpectedRevision) => Outcome;
  /** What readers are shown of a stream now, oldest first. */
  shown: (stream: string) => ShownStream;
  all: readonly RecordedEvent[];
  /** The index in `all` of the event at this position; -1 if none is. */
  indexOf: (position: bigint) => number;
  /** Where the next record would begin. */
  end: () => bigint;
  forgetIds: () => void;
};

type Options = {
  /** Keeps events, which are one append, before anybody is shown them. */
  record: (events: RecordedEvent[]) => void;
  recorded: Iterable<RecordedEvent>;
  /** Something was written and can be read. */
  written: () => void;
  now: () => number;
};

const headerBytes = 100;
const sizeOf = ({ stream, type, data, metadata }: RecordedEvent): number =>
  headerBytes + stream.length + type.length + data.length + metadata.length;

export const createEventLog = ({ record, recorded, written: announce, now }: Options): EventLog => {
  const all: RecordedEvent[] = [];
  const streams = new Map<string, RecordedEvent[]>();
  const tombstones = new Set<string>();
  const ids = createRememberedIds();
  let end = 548n;

  const eventsOf = (stream: string): RecordedEvent[] => streams.get(stream) ?? [];
  const metadataOf = (stream: string): RecordedEvent | undefined => eventsOf(metastreamOf(stream)).at(-1);
  const limits = (stream: string) => limitsOf(metadataOf(stream));

  const place = (event: RecordedEvent): void => {
    all.push(event);
    end = event.position + BigInt(sizeOf(event));
    if (event.revision === deletedRevision) tombstones.add(event.stream);
    else if (!streams.get(event.stream)?.push(event)) streams.set(event.stream, [event]);
  };

  const write = (stream: string, first: bigint, events: ProposedEvent[]): RecordedEvent[] => {
    let position = end;
    const written = events.map((event, index) => {
      const placed = { ...event, stream, revision: first + BigInt(index), position, createdMs: now() };
      position += BigInt(sizeOf(placed));
      return placed;
    });
    record(written);
    for (const event of written) {
      place(event);
      if (event.revision !== deletedRevision) ids.remember(event.id, stream, event.revision);
    }
    if (written.length > 0) announce();
    return written;
  };

  const system = (type: string, isJson: boolean, data: Uint8Array): ProposedEvent => ({
    id: randomUUID(),
    type,
    isJson,
    data,
    metadata: new Uint8Array(),
  });
  const truncate = (stream: string, before: bigint): bigint | undefined => {
    const metadata = system('$metadata', true, withTruncateBefore(metadataOf(stream), before));
    const metastream = metastreamOf(stream);
    return write(metastream, BigInt(eventsOf(metastream).length), [metadata]).at(-1)?.position;
  };

  const stateOf = (stream: string): StreamState => {
    const events = eventsOf(stream);
    return {
      last: BigInt(events.length) - 1n,
      isTombstoned: tombstones.has(stream),
      isSoftDeleted: limits(stream).isSoftDeleted,
      hasMetadata: metadataOf(stream) !== undefined,
      idAt: (revision) => events[Number(revision)]?.id,
      rememberedRevision: (id) => ids.revisionIn(stream, id),
    };
  };

  const shown = (stream: string): ShownStream => {
    if (tombstones.has(stream)) return 'deleted';
    const events = eventsOf(stream);
    const limit = limits(stream);
    if (events.length === 0 || limit.isSoftDeleted) return 'not found';
    const first = firstShown(events, limit, now());
    return { events: first <= 0n ? events : events.slice(Number(first)) };
  };
  const shownPosition = (stream: string, revision: bigint): bigint | undefined => {
    const visible = shown(stream);
    if (typeof visible === 'string') return undefined;
    const first = visible.events[0]?.revision ?? 0n;
    return visible.events[Number(revision - first)]?.position;
  };

  const append = (stream: string, expected: ExpectedRevision, events: ProposedEvent[]): Outcome => {
    const state = stateOf(stream);
    const decision = decideAppend(
      expected,
      events.map(({ id }) => id),
      state,
    );
    if (decision.kind === 'deleted') return { kind: 'deleted' };
    if (decision.kind === 'wrong expected revision') return { kind: decision.kind, current: state.last };
    if (decision.kind === 'already written')
      return { kind: 'success', revision: decision.last, position: shownPosition(stream, decision.last) };
    const last = write(stream, state.last + 1n, events).at(-1);
    if (!last) return { kind: 'success', revision: state.last, position: (end += BigInt(headerBytes)) };
    if (state.isSoftDeleted) truncate(stream, state.last + 1n);
    return { kind: 'success', revision: last.revision, position: last.position };
  };

  /** A delete meets its expected revision or is refused: it carries no ids that could be recognised. */
  const remove = (stream: string, expected: ExpectedRevision, write: () => bigint | undefined): Outcome => {
    const { last, isTombstoned } = stateOf(stream);
    if (isTombstoned) return { kind: 'deleted' };
    const needed = expected === 'no_stream' ? -1n : expected;
    if (typeof needed === 'bigint' ? needed !== last : last < 0n)
      return { kind: 'wrong expected revision', current: last };
    return { kind: 'success', revision: last, position: write() };
  };

  const indexOf = (position: bigint): number => {
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

  for (const event of recorded) place(event);
  if (all.length === 0) write(metastreamOf('$scavenges'), 0n, [system('$metadata', true, Buffer.from('{}'))]);

  return {
    append,
    softDelete: (stream, expected) => remove(stream, expected, () => truncate(stream, deletedRevision)),
    tombstone: (stream, expected) =>
      remove(stream, expected, () => {
        const stone = system('$streamDeleted', false, new Uint8Array());
        return write(stream, deletedRevision, [stone]).at(-1)?.position;
      }),
    shown,
    all,
    indexOf,
    end: () => end,
    forgetIds: ids.forget,
  };
};
