import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, RecordedEvent } from '@tollgate/event-store';
import type { KeptRecords } from './kept-records';
import { inRecord, recordBytes, writeRecord } from './record';
import type { Turn } from './turn';

/** Records of events that follow each other in a stream. They hold until the next are asked for. */
export type Records = {
  view: DataView;
  count: number;
  /** Revision of the first. */
  first: number;
  /** The events themselves, where they were read. */
  events: readonly RecordedEvent<LogEvent>[] | undefined;
};

export const pageEvents = 1_024;

type Sources = { log: Pick<EventLog<LogEvent>, 'readStream'>; kept: KeptRecords; turn: Turn };

/** Those of a whole stream, oldest first: what is kept of it, then what the log holds after that. */
export async function* recordsOf({ log, kept, turn }: Sources, stream: string): AsyncGenerator<Records> {
  let first = 0;
  for await (const view of kept.blocks(stream, turn)) {
    const count = view.byteLength / recordBytes;
    yield { view, count, first, events: undefined };
    first += count;
  }
  const view = new DataView(new ArrayBuffer(pageEvents * recordBytes));
  for (;;) {
    const from = first;
    const events = await turn(() => log.readStream(stream, { from, limit: pageEvents }));
    if (events === undefined || events.length === 0) return;
    events.forEach((event, index) => {
      writeRecord(view, index * recordBytes, event);
    });
    yield { view, count: events.length, first, events };
    first += events.length;
    if (events.length < pageEvents) return;
  }
}

/** An event that a record is of. */
export type Found = { revision: number; position: number; event: RecordedEvent<LogEvent> | undefined };

export const foundAt = ({ view, first, events }: Records, index: number): Found => ({
  revision: first + index,
  position: positionAt(view, index * recordBytes),
  event: events?.[index],
});

export const positionAt = (view: DataView, at: number): number => view.getFloat64(at + inRecord.position, true);
