import { isUtf8 } from 'node:buffer';

const utf8Mark = Buffer.from([0xef, 0xbb, 0xbf]);

/** Absent if the bytes are not UTF-8: nothing is repaired. */
export const textOf = (bytes: Buffer): string | undefined => (isUtf8(bytes) ? bytes.toString() : undefined);

/** How many bytes the mark takes that some programs put before UTF-8. */
export const utf8MarkBytes = (bytes: Buffer): number =>
  bytes.subarray(0, utf8Mark.length).equals(utf8Mark) ? utf8Mark.length : 0;
