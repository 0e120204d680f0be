/** An RFC 3339 UTC time, exact to the nanosecond, as two numbers that have its order: ms since 1970 and the nanoseconds after them. */
export type Instant = { readonly ms: number; readonly nanos: number };

export const instantOf = (text: string): Instant => ({ ms: Date.parse(text), nanos: nanosIn(text) });

const millisecondsEnd = '2026-01-31T12:00:00.123'.length;
const [zero, nine] = [48, 57];

/** Of the digits that are behind the milliseconds. */
const nanosIn = (text: string): number => {
  let nanos = 0;
  let unit = 100_000;
  for (let at = millisecondsEnd; at < text.length && unit >= 1; at += 1, unit /= 10) {
    const code = text.charCodeAt(at);
    if (code < zero || code > nine) break;
    nanos += (code - zero) * unit;
  }
  return nanos;
};
