export const idBytes = 16;

/** A UUID as its bytes. */
export const bytesOfId = (eventId: string): Buffer => Buffer.from(eventId.replaceAll('-', ''), 'hex');

export const textOfId = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** Writes a UUID as its bytes: a text for each of millions would take longer than its hash does. */
export const writeId = (into: Uint8Array, at: number, eventId: string): void => {
  let next = at;
  for (let index = 0; index < eventId.length; index += 2) {
    if (eventId.charCodeAt(index) === dash) index += 1;
    into[next] = (digitOf(eventId.charCodeAt(index)) << 4) | digitOf(eventId.charCodeAt(index + 1));
    next += 1;
  }
};

const dash = 0x2d;
/** Of a hexadecimal digit in lower case. */
const digitOf = (code: number): number => (code > 0x60 ? code - 0x57 : code - 0x30);
