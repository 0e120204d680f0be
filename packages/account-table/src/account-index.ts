import { randomBytes } from 'node:crypto';
import { createHalfSipHash } from './ids';

/** Slots of accounts by their ids. Nothing is ever taken out. */
export type AccountIndex = {
  readonly count: number;
  readonly sizeBytes: number;
  slotOf(accountId: string): number | undefined;
  /** `accountId` is not there yet. Throws for one that is longer than 255, or not of ASCII. */
  put(accountId: string, slot: number): void;
};

/** Bytes of an entry: hash of the id, slot plus one, where the id stands among the texts. */
const entryBytes = 12;
const inEntry = { hash: 0, slot: 4, text: 8 };
/** A search passes three entries of one that is there, on average, when so much is taken. */
const fullest = 0.8;
const growth = 1.25;
const firstEntries = 1_024;
const mostUnits = 255;

/**
 * Open addressing, with the ids themselves as bytes beside. In a Map of a million the memory that a search has to wait for takes 1 µs: the
 * bucket, an entry or two, and the text of each; here it is an entry and a text.
 */
export const createAccountIndex = (hashOf = createHash()): AccountIndex => {
  const texts = createTexts();
  let capacity = firstEntries;
  let entries = new DataView(new ArrayBuffer(capacity * entryBytes));
  let count = 0;

  const placeOf = (hash: number): number => Math.floor((hash * capacity) / 2 ** 32) * entryBytes;
  const after = (offset: number): number => (offset + entryBytes === entries.byteLength ? 0 : offset + entryBytes);
  const slotAt = (offset: number): number => entries.getUint32(offset + inEntry.slot, true);

  const putEntry = (hash: number, slot: number, text: number): void => {
    let offset = placeOf(hash);
    while (slotAt(offset) !== 0) offset = after(offset);
    entries.setUint32(offset + inEntry.hash, hash, true);
    entries.setUint32(offset + inEntry.slot, slot, true);
    entries.setUint32(offset + inEntry.text, text, true);
  };

  const grow = (): void => {
    const before = entries;
    capacity = Math.ceil(capacity * growth);
    entries = new DataView(new ArrayBuffer(capacity * entryBytes));
    for (let offset = 0; offset < before.byteLength; offset += entryBytes) {
      const slot = before.getUint32(offset + inEntry.slot, true);
      if (slot === 0) continue;
      putEntry(before.getUint32(offset + inEntry.hash, true), slot, before.getUint32(offset + inEntry.text, true));
    }
  };

  return {
    get count() {
      return count;
    },
    get sizeBytes() {
      return entries.byteLength + texts.sizeBytes();
    },
    slotOf: (accountId) => {
      const hash = hashOf(accountId);
      for (let offset = placeOf(hash); ; offset = after(offset)) {
        const slot = slotAt(offset);
        if (slot === 0) return undefined;
        const isSame =
          entries.getUint32(offset + inEntry.hash, true) === hash &&
          texts.is(entries.getUint32(offset + inEntry.text, true), accountId);
        if (isSame) return slot - 1;
      }
    },
    put: (accountId, slot) => {
      if (count >= capacity * fullest) grow();
      putEntry(hashOf(accountId), slot + 1, texts.add(accountId));
      count += 1;
    },
  };
};

/** Of a text, or of so much of it as an account id can have, under a key that is drawn anew in each process. */
const createHash = (): ((text: string) => number) => {
  const hash = createHalfSipHash(randomBytes(8));
  const bytes = new Uint8Array(mostUnits);
  const message = new DataView(bytes.buffer);
  return (text) => {
    const units = Math.min(text.length, mostUnits);
    for (let index = 0; index < units; index += 1) bytes[index] = text.charCodeAt(index);
    hash.of(message, units);
    return hash.first;
  };
};

/** Texts one behind the other, each behind its length. */
const createTexts = () => {
  let bytes = new Uint8Array(16 * firstEntries);
  let end = 0;

  const makeRoom = (needed: number): void => {
    if (end + needed <= bytes.length) return;
    const before = bytes;
    bytes = new Uint8Array(Math.ceil(before.length * growth) + needed);
    bytes.set(before);
  };
  return {
    sizeBytes: () => bytes.length,
    /** Returns where it stands. */
    add: (text: string): number => {
      if (text.length > mostUnits) throw new Error(`an account id has ${String(text.length)} characters`);
      makeRoom(1 + text.length);
      const start = end;
      bytes[end] = text.length;
      for (let index = 0; index < text.length; index += 1) {
        const unit = text.charCodeAt(index);
        if (unit > 127) throw new Error('an account id is not of ASCII');
        bytes[start + 1 + index] = unit;
      }
      end = start + 1 + text.length;
      return start;
    },
    is: (start: number, text: string): boolean => {
      if (bytes[start] !== text.length) return false;
      for (let index = 0; index < text.length; index += 1)
        if (bytes[start + 1 + index] !== text.charCodeAt(index)) return false;
      return true;
    },
  };
};
