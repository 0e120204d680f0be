import { createTextBytes } from './text-bytes';
import type { TextBytes } from './text-bytes';

/**
 * JSON as UTF-8 bytes, one text after the other. Character by character: a text put together of forty pieces is taken apart again
 * to be written, which takes twice as long as writing it here.
 */
export type JsonBytes = Pick<TextBytes, 'clear' | 'length' | 'bytes' | 'text' | 'ascii'> & {
  /** A JSON value as `JSON.stringify` writes it. */
  json(value: unknown): void;
};

const comma = 0x2c;
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

export const createJsonBytes = (): JsonBytes => {
  const { clear, length, bytes, byte, text, ascii, quoted } = createTextBytes();
  const names = createNames();

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
      text(names.of(key));
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

  return { clear, length, bytes, text, ascii, json };
};

/** Few names are written again and again; those beyond are of maps that clients fill. */
const keptNames = 1_000;

/** Names as they stand before a value. */
const createNames = () => {
  const kept = new Map<string, string>();
  return {
    of: (name: string): string => {
      const known = kept.get(name);
      if (known !== undefined) return known;
      const made = `${JSON.stringify(name)}:`;
      if (kept.size < keptNames) kept.set(name, made);
      return made;
    },
  };
};
