import { randomFillSync } from 'node:crypto';

const atOnce = 256;
const idBytes = 16;
const idCharacters = 36;
/** Where the bytes of an id stand in its text, two characters each: before some of them stands a hyphen. */
const characterOf = Uint8Array.from(
  { length: idBytes },
  (_, byte) => 2 * byte + Math.min(Math.max(byte - 2, 0) >> 1, 4),
);

const hex = Buffer.from('0123456789abcdef');

/** Random UUIDs (RFC 9562, version 4), made many at a time: one by one they cost more than the decision they name. */
export const createEventIds = (): (() => string) => {
  const random = new Uint8Array(atOnce * idBytes);
  const written = Buffer.alloc(atOnce * idCharacters, '-');
  let text = '';
  let next = atOnce;
  const fill = (): void => {
    randomFillSync(random);
    for (let id = 0; id < atOnce; id += 1)
      for (let byte = 0; byte < idBytes; byte += 1) {
        const value = marked(random[id * idBytes + byte] ?? 0, byte);
        const at = id * idCharacters + (characterOf[byte] ?? 0);
        written[at] = hex[value >> 4] ?? 0;
        written[at + 1] = hex[value & 0xf] ?? 0;
      }
    text = written.toString('latin1');
    next = 0;
  };
  return () => {
    if (next === atOnce) fill();
    const start = next * idCharacters;
    next += 1;
    return text.slice(start, start + idCharacters);
  };
};

/** With the bits of version 4 and of the variant where they stand. */
const marked = (value: number, byte: number): number =>
  byte === 6 ? (value & 0x0f) | 0x40 : byte === 8 ? (value & 0x3f) | 0x80 : value;
