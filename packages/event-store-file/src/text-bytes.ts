/** Texts as UTF-8 bytes, one after the other in a buffer that is used again. */
export type TextBytes = {
  clear(): void;
  length(): number;
  /** What was written so far; holds until more is. */
  bytes(): Buffer;
  byte(value: number): void;
  text(text: string): void;
  /** A text that has no other characters, of any length: a call into Node takes less time then. */
  ascii(text: string): void;
  /** As a JSON string, quotes and escapes included. */
  quoted(text: string): void;
};

const usualBytes = 64 << 10;
/** What was needed for something out of the ordinary is not kept. */
const keptBytes = 16 << 20;

const quote = 0x22;
const backslash = 0x5c;
const space = 0x20;
const lastAscii = 0x7f;

// Plain loops over local variables: a call into Node for each text, or a look at a shared variable for each character, costs more.
export const createTextBytes = (): TextBytes => {
  let bytes = Buffer.allocUnsafeSlow(usualBytes);
  let end = 0;

  const makeRoom = (added: number): void => {
    if (end + added <= bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * bytes.length, end + added));
    bytes.copy(larger, 0, 0, end);
    bytes = larger;
  };

  const encoded = (text: string): void => {
    makeRoom(Buffer.byteLength(text));
    end += bytes.write(text, end);
  };
  return {
    clear: () => {
      end = 0;
      if (bytes.length > keptBytes) bytes = Buffer.allocUnsafeSlow(usualBytes);
    },
    length: () => end,
    bytes: () => bytes.subarray(0, end),
    byte: (value) => {
      makeRoom(1);
      bytes[end] = value;
      end += 1;
    },
    text: (value) => {
      const { length } = value;
      makeRoom(length);
      const into = bytes;
      const start = end;
      for (let index = 0; index < length; index += 1) {
        const unit = value.charCodeAt(index);
        if (unit > lastAscii) {
          encoded(value);
          return;
        }
        into[start + index] = unit;
      }
      end = start + length;
    },
    ascii: (value) => {
      makeRoom(value.length);
      end += bytes.write(value, end, 'latin1');
    },
    quoted: (value) => {
      const { length } = value;
      makeRoom(length + 2);
      const into = bytes;
      const start = end + 1;
      for (let index = 0; index < length; index += 1) {
        const unit = value.charCodeAt(index);
        if (unit < space || unit === quote || unit === backslash || unit > lastAscii) {
          encoded(JSON.stringify(value));
          return;
        }
        into[start + index] = unit;
      }
      into[start - 1] = quote;
      into[start + length] = quote;
      end = start + length + 1;
    },
  };
};
