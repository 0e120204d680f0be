import type { EventBody, Place, RecordedEvent } from '@tollgate/event-store';
import type { BatchReader } from './follow';
import { createGroupReader } from './group-reader';
import type { Readable } from './group-reader';
import { segmentOf } from './segment';
import type { StoredGroup } from './stored-group';
import { selectionOf } from './stream-classes';
import type { Selection } from './stream-classes';

const ahead = { headers: 128 << 10, lines: 64 << 10 };

/** What is done without giving others their turn: passing over events is cheap, decoding is not. */
const batchBytes = 8 << 20;
const batchPlaces = 50_000;

type Batch<Body extends EventBody> = { events: RecordedEvent<Body>[]; bytes: number; through: Place };

/** Reads events by their headers, and decodes only those of a class that is wanted. */
export const createBatchReader = <Body extends EventBody>(
  log: Readable<Body> & { last(): Place },
  prefixes: readonly string[],
): BatchReader<Body> => {
  const reader = createGroupReader(log, ahead);
  return async (place, limit) => {
    const last = log.last();
    const batch: Batch<Body> = { events: [], bytes: 0, through: place };
    const isFull = (): boolean =>
      batch.events.length >= limit || batch.bytes >= batchBytes || batch.through - place >= batchPlaces;
    while (batch.through < last && !isFull()) {
      const group = await reader.groupOf(batch.through + 1);
      if (group === undefined) break;
      const { classes } = segmentOf(log.segments.all, batch.through + 1)?.header ?? { classes: [] };
      take(batch, { group, selection: selectionOf(classes, prefixes), isFull });
    }
    return batch;
  };
};

const take = <Body extends EventBody>(
  batch: Batch<Body>,
  from: { group: StoredGroup<Body>; selection: Selection; isFull(): boolean },
): void => {
  const { group, selection, isFull } = from;
  for (let index = batch.through + 1 - group.place(0); index < group.count && !isFull(); index += 1) {
    batch.through = group.place(index);
    if (!selection.mayWant(group.streamClass(index))) continue;
    const event = group.event(index);
    if (!selection.isWanted(event)) continue;
    batch.events.push(event);
    batch.bytes += group.lineBytes(index);
  }
};
