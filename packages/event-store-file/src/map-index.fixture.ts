import type {
  EventBody,
  EventCodec,
  LogIndex,
  NewEvent,
  Place,
  RecordedGroup,
  StreamHead,
} from '@tollgate/event-store';
import { foldBytes } from '@tollgate/event-store';

export const codec: EventCodec<EventBody> = {
  versionOf: () => 1,
  decode: ({ type, version, data, metadata }) => {
    if (version !== 1) throw new Error(`${type} of version ${String(version)} is not known`);
    return { type, data, metadata };
  },
};

export type MapIndex = LogIndex<EventBody> & {
  /** What was added, as its header and its line say. */
  readonly added: { place: Place; revision: number; eventId: string; text: string }[];
  readonly discarded: number;
  /** How far it is said to have kept the log. */
  kept: Place;
  failure: Error | undefined;
};

/**
 * An index in maps, as plain as can be; every `nearEvery`th revision of a stream is known. A
 * patient one does not mind that it is not given what it is said to have kept.
 */
export const createMapIndex = ({ kept = 0, nearEvery = 3, isPatient = false } = {}): MapIndex => {
  const heads = new Map<string, StreamHead>();
  const known = new Map<string, StreamHead[]>();
  const texts = new Map<string, string>();
  const added: MapIndex['added'] = [];
  const take = (group: RecordedGroup<EventBody>, index: number): void => {
    const { stream, eventId, revision, position } = group.event(index);
    const place = group.place(index);
    const text = Buffer.from(group.bytes.buffer, group.bytes.byteOffset + group.foldOffset(index), foldBytes);
    if (place !== Number(position) || revision !== group.revision(index)) throw new Error('a group contradicts itself');
    if (!isPatient && (heads.get(stream)?.revision ?? -1) + 1 !== revision)
      throw new Error(`a revision of ${stream} is missing`);
    heads.set(stream, { revision, place });
    if (revision % nearEvery === 0) known.set(stream, [...(known.get(stream) ?? []), { revision, place }]);
    added.push({ place, revision, eventId, text: text.toString('latin1') });
  };
  const index: MapIndex = {
    ...{ added, discarded: 0, kept, failure: undefined },
    start: ({ last }) => {
      if (index.kept > last) return Promise.reject(new Error(`the index knows ${index.kept} events, the log ${last}`));
      return Promise.resolve(index.kept);
    },
    head: (stream) => heads.get(stream),
    near: (stream, revision) => (known.get(stream) ?? []).find((one) => one.revision >= revision) ?? heads.get(stream),
    describe: (event, { stream, revision }, { bytes, offset }) => {
      const text = foldTextOf(event, stream, revision);
      for (let at = 0; at < text.length; at += 1) bytes.setUint8(offset + at, text.charCodeAt(at));
      texts.set(event.eventId, text);
    },
    discard: () => {
      Object.assign(index, { discarded: index.discarded + 1 });
    },
    add: (group) => {
      if (index.failure !== undefined) throw index.failure;
      for (let at = 0; at < group.count; at += 1) take(group, at);
    },
  };
  return index;
};

/** What the index wants to find again in the header of an event; exactly as long as there is room. */
export const foldTextOf = ({ eventId }: NewEvent<EventBody>, stream: string, revision: number): string =>
  `${String(revision)}.${stream}.${eventId}`
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, foldBytes)
    .padEnd(foldBytes);
