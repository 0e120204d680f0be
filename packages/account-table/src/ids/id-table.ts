import type { Place } from '@tollgate/event-store';

/** Bytes of an entry in a table as in a run: fingerprint (high half, low half), place as a double; a place of 0 is no entry. */
export const entryBytes = 16;

/**
 * Fingerprints and places in memory, in open addressing: a cache line answers for most. The slot is given by the upper bits, so
 * that a table read in the order of its slots is nearly sorted already. Nothing is ever taken out.
 */
export type IdTable = {
  readonly count: number;
  readonly sizeBytes: number;
  /** Shared with whoever sorts it: complete once nothing is added any more. */
  readonly memory: SharedArrayBuffer;
  add(high: number, low: number, place: Place): void;
  /** The places under a fingerprint, added to `found`; absent if there are none and were none. */
  places(high: number, low: number, found?: Place[]): Place[] | undefined;
  /** Empties a part of it, for it takes milliseconds; true once all of it is empty. It is not searched nor added to meanwhile. */
  wipe(): boolean;
};

/** A table for `ids`; more than those make it slower, then larger. */
export const createIdTable = (ids: number): IdTable => {
  let slots = slotsFor(ids);
  let memory = new SharedArrayBuffer(slots * entryBytes);
  let view = new DataView(memory);
  let shift = Math.clz32(slots - 1);
  let lastOffset = memory.byteLength - entryBytes;

  const put = (high: number, low: number, place: Place): void => {
    let offset = (high >>> shift) * entryBytes;
    while (view.getFloat64(offset + 8, true) !== 0) offset = offset === lastOffset ? 0 : offset + entryBytes;
    view.setUint32(offset, high, true);
    view.setUint32(offset + 4, low, true);
    view.setFloat64(offset + 8, place, true);
  };

  const grow = (): void => {
    const before = view;
    slots *= 2;
    memory = new SharedArrayBuffer(slots * entryBytes);
    view = new DataView(memory);
    shift = Math.clz32(slots - 1);
    lastOffset = memory.byteLength - entryBytes;
    for (let offset = 0; offset < before.byteLength; offset += entryBytes) {
      const place = before.getFloat64(offset + 8, true);
      if (place !== 0) put(before.getUint32(offset, true), before.getUint32(offset + 4, true), place);
    }
  };

  let count = 0;
  let wiped = 0;
  return {
    get count() {
      return count;
    },
    get sizeBytes() {
      return memory.byteLength;
    },
    get memory() {
      return memory;
    },
    add: (high, low, place) => {
      if (count >= slots * fullest) grow();
      put(high, low, place);
      count += 1;
    },
    places: (high, low, found) => {
      let offset = (high >>> shift) * entryBytes;
      for (;;) {
        const place = view.getFloat64(offset + 8, true);
        if (place === 0) return found;
        if (view.getUint32(offset, true) === high && view.getUint32(offset + 4, true) === low)
          (found ??= []).push(place);
        offset = offset === lastOffset ? 0 : offset + entryBytes;
      }
    },
    wipe: () => {
      if (count === 0) return true;
      const end = Math.min(wiped + wipedAtOnce, memory.byteLength);
      new Uint8Array(memory, wiped, end - wiped).fill(0);
      wiped = end === memory.byteLength ? 0 : end;
      if (wiped === 0) count = 0;
      return wiped === 0;
    },
  };
};

const wipedAtOnce = 256 * 1024;

/** Beyond this a search in open addressing takes dozens of steps. */
const fullest = 7 / 8;

/** A power of two, at most three quarters full; of fewer than eight none would stay empty, and a search would not end. */
const slotsFor = (ids: number): number => 2 ** Math.max(3, Math.ceil(Math.log2((ids * 4) / 3)));
