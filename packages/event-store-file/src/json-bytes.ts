/**
 * JSON as UTF-8 bytes, one text after the other in a buffer that is used again. Character by character: a text put together of
 * forty pieces is taken apart again to be written, which takes twice as long as writing it here.
 */
export type JsonBytes = {
  clear(): void;
  length(): number;
  /** As it is. */
  text(text: string): void;
  /** A JSON value as `JSON.stringify` writes it. */
  json(value: unknown): void;
  /** What was written so far; holds until more is. */
  bytes(): Buffer;
};

const usualBytes = 64 << 10;
/** What was needed for something out of the ordinary is not kept. */
const keptBytes = 16 << 20;

const quote = 0x22;
const backslash = 0x5c;
const space = 0x20;
const comma = 0x2c;
const lastAscii = 0x7f;
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

export const createJsonBytes = (): JsonBytes => {
  const names = createNames();
  let bytes = Buffer.allocUnsafeSlow(usualBytes);
  let end = 0;

  const makeRoom = (added: number): void => {
    if (end + added <= bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * bytes.length, end + added));
    bytes.copy(larger, 0, 0, end);
    bytes = larger;
  };

  const byte = (value: number): void => {
    makeRoom(1);
    bytes[end] = value;
    end += 1;
  };

  const encoded = (text: string): void => {
    makeRoom(Buffer.byteLength(text));
    end += bytes.write(text, end);
  };

  const text = (value: string): void => {
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
  };

  const quoted = (value: string): void => {
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
  };

  const raw = (value: Uint8Array): void => {
    const { length } = value;
    makeRoom(length);
    const into = bytes;
    const start = end;
    for (let index = 0; index < length; index += 1) into[start + index] = value[index] ?? 0;
    end = start + length;
  };

  const array = (items: readonly unknown[]): void => {
    let before = openBracket;
    for (const item of items) {
      byte(before);
      before = comma;
      json(item ?? null);
    }
    if (before === openBracket) byte(before);
    byte(closeBracket);
  };

  const object = (value: Record<string, unknown>): void => {
    let before = openBrace;
    for (const key in value) {
      const field = value[key];
      if (field === undefined) continue;
      byte(before);
      before = comma;
      raw(names.of(key));
      if (typeof field === 'string') quoted(field);
      else json(field);
    }
    if (before === openBrace) byte(before);
    byte(closeBrace);
  };

  const json = (value: unknown): void => {
    if (typeof value === 'string') quoted(value);
    else if (typeof value === 'number') text(Number.isFinite(value) ? String(value) : 'null');
    else if (typeof value !== 'object' || value === null) text(JSON.stringify(value));
    else if (Array.isArray(value)) array(value);
    else object(value as Record<string, unknown>);
  };

  return {
    clear: () => {
      end = 0;
      if (bytes.length > keptBytes) bytes = Buffer.allocUnsafeSlow(usualBytes);
    },
    length: () => end,
    text,
    json,
    bytes: () => bytes.subarray(0, end),
  };
};

/** Few names are written again and again; those beyond are of maps that clients fill. */
const keptNames = 1_000;

/** Names as they stand before a value. */
const createNames = () => {
  const kept = new Map<string, Uint8Array>();
  return {
    of: (name: string): Uint8Array => {
      const known = kept.get(name);
      if (known !== undefined) return known;
      const made = Buffer.from(`${JSON.stringify(name)}:`);
      if (kept.size < keptNames) kept.set(name, made);
      return made;
    },
  };
};
