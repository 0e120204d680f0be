import type { Place } from '@tollgate/event-store';
import { entryBytes } from './id-table';
import type { Cursor } from './run-cursor';

/**
 * Over the entries of a table, by fingerprint and place. What is between two empty slots has its own slots there, so no more than that
 * is sorted at a time, in little memory.
 */
export const cursorOverTable = (memory: SharedArrayBuffer): Cursor => {
  const table = new DataView(memory);
  const slots = memory.byteLength / entryBytes;
  const shift = Math.clz32(slots - 1);
  let sorted = new DataView(new ArrayBuffer(64 * entryBytes));
  let offset = 0;
  let end = 0;
  let next = 0;

  /** False if the slot is empty. Of what stands there it takes either what is at its own slot or after it, or, wrapped, before it. */
  const take = (slot: number, isWrapped: boolean): boolean => {
    const place = table.getFloat64(slot * entryBytes + 8, true);
    if (place === 0) return false;
    const high = table.getUint32(slot * entryBytes, true);
    if (high >>> shift > slot !== isWrapped) return true;
    if (end === sorted.byteLength) sorted = twice(sorted);
    insert(sorted, end, { high, low: table.getUint32(slot * entryBytes + 4, true), place });
    end += entryBytes;
    return true;
  };

  const sortNext = (): void => {
    offset = 0;
    end = 0;
    for (; next < slots; next += 1) if (!take(next, false) && end > 0) return;
    if (next > slots) return;
    next += 1;
    // Those whose slots at the end were taken stand at the beginning, and come last in order.
    for (let slot = 0; take(slot, true);) slot += 1;
  };

  const cursor = {
    high: 0,
    low: 0,
    place: 0,
    advance: () => {
      if (offset === end) sortNext();
      if (end === 0) return false;
      cursor.high = sorted.getUint32(offset, true);
      cursor.low = sorted.getUint32(offset + 4, true);
      cursor.place = sorted.getFloat64(offset + 8, true);
      offset += entryBytes;
      return true;
    },
    close: () => undefined,
  };
  return cursor;
};

const twice = (entries: DataView<ArrayBuffer>): DataView<ArrayBuffer> => {
  const larger = new Uint8Array(2 * entries.byteLength);
  larger.set(new Uint8Array(entries.buffer));
  return new DataView(larger.buffer);
};

type Entry = { high: number; low: number; place: Place };

/** Nearly all are in order: a step back or two puts the others in their place. */
const insert = (entries: DataView, end: number, { high, low, place }: Entry): void => {
  let offset = end;
  while (offset > 0 && isAfter(entries, offset - entryBytes, { high, low, place })) {
    const before = offset - entryBytes;
    entries.setFloat64(offset + 8, entries.getFloat64(before + 8, true), true);
    entries.setUint32(offset, entries.getUint32(before, true), true);
    entries.setUint32(offset + 4, entries.getUint32(before + 4, true), true);
    offset = before;
  }
  entries.setUint32(offset, high, true);
  entries.setUint32(offset + 4, low, true);
  entries.setFloat64(offset + 8, place, true);
};

const isAfter = (entries: DataView, offset: number, { high, low, place }: Entry): boolean => {
  const otherHigh = entries.getUint32(offset, true);
  if (otherHigh !== high) return otherHigh > high;
  const otherLow = entries.getUint32(offset + 4, true);
  if (otherLow !== low) return otherLow > low;
  return entries.getFloat64(offset + 8, true) > place;
};
