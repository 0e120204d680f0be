import { storedEvents } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { foldBytes } from '@tollgate/event-store';
import type { Place, Position, RecordedEvent, RecordedGroup } from '@tollgate/event-store';
import type { AccountTable } from './index';

export const log = { ledger: '4f2c6a52-7a30-4f52-8f6e-2f4a5d1f3c01', seed: new Uint8Array(16).fill(7) };

type Recorded = { event: RecordedEvent<LogEvent>; header: Uint8Array };

/** A log that is nothing but its events and the headers they were described with. */
export type TestLog = {
  /** Describes, records and folds events as one group. */
  record(...events: { stream: string; event: LogEvent }[]): void;
  /** Describes a group that is not recorded. */
  refuse(...events: { stream: string; event: LogEvent }[]): void;
  events(): readonly RecordedEvent<LogEvent>[];
  read(position: Position): Promise<RecordedEvent<LogEvent> | undefined>;
  last(): Place;
  /** From now on another table is fed. */
  feed(next: AccountTable): void;
  /** Gives events after `from` to a table in groups of so many, decoded from JSON as a file would have them. */
  replay(into: AccountTable, from: Place, sizes: () => number): void;
};

export const createTestLog = (first: AccountTable): TestLog => {
  let table = first;
  const recorded: Recorded[] = [];
  const revisions = new Map<string, number>();

  const describe = (given: { stream: string; event: LogEvent }[]): Recorded[] => {
    const bytes = new DataView(new ArrayBuffer(given.length * foldBytes));
    const next = new Map<string, number>();
    return given.map(({ stream, event }, index) => {
      const revision = next.get(stream) ?? (revisions.get(stream) ?? -1) + 1;
      next.set(stream, revision + 1);
      const position = BigInt(recorded.length + 1 + index);
      const whole = { ...event, eventId: `event-${String(position)}` };
      table.describe(whole, { stream, revision }, { bytes, offset: index * foldBytes });
      return {
        event: { ...whole, stream, revision, position, recordedAt: '2026-01-31T12:00:00.000Z' },
        header: new Uint8Array(bytes.buffer, index * foldBytes, foldBytes),
      };
    });
  };

  return {
    record: (...given) => {
      const group = describe(given);
      recorded.push(...group);
      for (const { event } of group) revisions.set(event.stream, event.revision);
      table.add(groupOf(group, ({ event }) => event));
    },
    refuse: (...given) => {
      describe(given);
      table.discard();
    },
    feed: (next) => {
      table = next;
    },
    events: () => recorded.map(({ event }) => event),
    read: (position) => Promise.resolve(recorded[Number(position) - 1]?.event),
    last: () => recorded.length,
    replay: (into, from, sizes) => {
      for (let at = from; at < recorded.length;) {
        const group = recorded.slice(at, at + sizes());
        into.add(groupOf(group, decoded));
        at += group.length;
      }
    },
  };
};

const decoded = ({ event }: Recorded): RecordedEvent<LogEvent> => {
  const { type, data, metadata, position, ...place } = event;
  const stored = JSON.parse(JSON.stringify({ type, version: storedEvents.versionOf(type), data, metadata })) as {
    type: string;
    version: number;
    data: object;
    metadata: object;
  };
  return { ...storedEvents.decode(stored), ...place, position };
};

/** As a file has it: one run of bytes for all headers, each with room before it for the log's own. */
const groupOf = (
  group: readonly Recorded[],
  eventOf: (recorded: Recorded) => RecordedEvent<LogEvent>,
): RecordedGroup<LogEvent> => {
  const own = 24;
  const bytes = new Uint8Array(group.length * (own + foldBytes));
  for (const [index, { header }] of group.entries()) bytes.set(header, index * (own + foldBytes) + own);
  const at = (index: number): Recorded => {
    const recorded = group[index];
    if (recorded === undefined) throw new RangeError(`no event ${String(index)}`);
    return recorded;
  };
  return {
    count: group.length,
    place: (index) => Number(at(index).event.position),
    revision: (index) => at(index).event.revision,
    bytes: new DataView(bytes.buffer),
    foldOffset: (index) => index * (own + foldBytes) + own,
    event: (index) => eventOf(at(index)),
  };
};
