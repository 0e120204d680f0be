// @ts-check
'use strict';
const { existsSync, readFileSync, readdirSync, truncateSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { storedEvents } = require('@tollgate/contracts');
const { openFileLogReader } = require('@tollgate/event-store-file');
const { openFolderReadOnly } = require('@tollgate/folder');

/*
 * What a power failure leaves of a log whose process was killed, by the layout of its files alone: bytes past the last group that
 * was acknowledged are any that the disk liked to keep, and the note, which is not synced, may be an older one.
 */

const segmentHeaderBytes = 512;
const inGroup = { sizeBytes: 12, count: 16, first: 32 };
const groupHeaderBytes = 40;

/** @param {string} folder */
const lastSegment = (folder) =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.log'))
        .sort()
        .at(-1)
    : undefined;

/** Position of the last event that was acknowledged, by the note. @param {string} folder */
const acknowledgedIn = (folder) => {
  const path = join(folder, 'acknowledged');
  const text = existsSync(path) ? readFileSync(path, 'latin1') : '';
  return /^\d{16} /.test(text) ? Number(text.slice(0, 16)) : 0;
};

/** Position of the last event that is whole. @param {string} folder */
const endOfLog = async (folder) => {
  if (lastSegment(folder) === undefined) return 0;
  const reader = await openFileLogReader(openFolderReadOnly(folder), { codec: storedEvents });
  reader.close();
  return reader.end;
};

/** Where the group that ends with `place` ends in a segment; absent if the segment has none. @param {Buffer} bytes @param {{ first: number, place: number }} wanted */
const endOfGroup = (bytes, { first, place }) => {
  let last = first - 1;
  let offset = segmentHeaderBytes;
  while (last < place && offset + groupHeaderBytes <= bytes.length) {
    last = bytes.readDoubleLE(offset + inGroup.first) + bytes.readUInt32LE(offset + inGroup.count) - 1;
    offset += bytes.readUInt32LE(offset + inGroup.sizeBytes);
  }
  return last === place ? offset : undefined;
};

const pageBytes = 4_096;

/** What becomes of the bytes of a write that was under way. @type {Record<string, (tail: Buffer, random: import('../random').Random) => Buffer>} */
const tears = {
  'cut off': (tail, random) => tail.subarray(0, random.below(tail.length + 1)),
  garbled: (tail, random) => {
    const garbled = Buffer.from(tail);
    for (let times = 1 + random.below(5); times > 0 && garbled.length > 0; times -= 1)
      garbled.writeUInt8(random.below(256), random.below(garbled.length));
    return garbled;
  },
  'missing pages': (tail, random) => {
    const holed = Buffer.from(tail);
    for (let from = 0; from < holed.length; from += pageBytes)
      if (random.below(2) === 0) holed.fill(0, from, Math.min(from + pageBytes, holed.length));
    return holed;
  },
  'longer than what was written': (tail, random) =>
    Buffer.concat([tail, Buffer.alloc(1 + random.below(2 * pageBytes), random.below(2) === 0 ? 0 : 'torn')]),
};

/** Tears what is not acknowledged at the end of a log. */
class Tearing {
  /** @param {string} data @param {import('../random').Random} random */
  constructor(data, random) {
    this.folder = join(data, 'log');
    this.random = random;
    /** @type {Buffer | undefined} */
    this.olderNote = undefined;
    /** Position of the last event that the next process finds, and may tell of without another word to the disk. */
    this.found = 0;
    /** How often each was done to bytes that were there. @type {Map<string, number>} */
    this.done = new Map();
  }

  /** After each kill: `isPowerGone` with it or not. @param {boolean} isPowerGone */
  async afterKill(isPowerGone) {
    if (isPowerGone) this.tear();
    this.found = await endOfLog(this.folder);
  }

  tear() {
    const segment = lastSegment(this.folder);
    if (segment === undefined) return;
    const path = join(this.folder, segment);
    const bytes = readFileSync(path);
    const place = Math.max(this.found, acknowledgedIn(this.folder));
    const end = endOfGroup(bytes, { first: Number(segment.slice(0, 16)), place });
    if (end === undefined) return;
    const name = this.random.oneOf(Object.keys(tears));
    const tail = bytes.subarray(end);
    const written = tail.subarray(0, tail.findLastIndex((byte) => byte !== 0) + 1);
    const torn = tears[name]?.(written, this.random) ?? Buffer.alloc(0);
    // The room behind the last group was there before the write, unless the write was to make it.
    const room = this.random.below(2) === 0 ? tail.subarray(written.length) : Buffer.alloc(0);
    truncateSync(path, end);
    writeFileSync(path, Buffer.concat([torn, room]), { flag: 'a' });
    if (written.length > 0) this.done.set(name, (this.done.get(name) ?? 0) + 1);
    this.forgetNote();
  }

  /** Now and then the note on the disk is an older one. */
  forgetNote() {
    const path = join(this.folder, 'acknowledged');
    if (!existsSync(path)) return;
    const note = readFileSync(path);
    if (this.olderNote !== undefined && this.random.below(3) === 0) writeFileSync(path, this.olderNote);
    this.olderNote = note;
  }
}

module.exports = { Tearing };
