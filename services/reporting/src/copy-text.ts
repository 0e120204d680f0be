/** A value of a column, as PostgreSQL reads it; absent is NULL. */
export type Value = string | undefined;

const special = /[\\\t\n\r\0]/;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** PostgreSQL has no text with the character NUL: it stands there as U+FFFD. */
export const withoutNul = (text: string): string => text.replaceAll('\0', '\ufffd');

/** A row in the text format of COPY. */
export const copyLine = (values: readonly Value[]): string => `${values.map(copyValue).join('\t')}\n`;

const copyValue = (value: Value): string => {
  if (value === undefined) return '\\N';
  if (!special.test(value)) return value;
  return withoutNul(value).replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character);
};

/** An array of names, none of which needs quotes. */
export const arrayText = (names: readonly string[]): string => `{${names.join(',')}}`;

/** An RFC 3339 time as PostgreSQL reads it: cut, not rounded, to the microseconds that it keeps; the year 0 is its 1 BC. */
export const timeText = (instant: string): string => {
  const cut = instant.length > 27 ? instant.replace(/(\.\d{6})\d+/, '$1') : instant;
  return cut.startsWith('0000') ? `0001${cut.slice(4)} BC` : cut;
};

/** The UTC day of an RFC 3339 time in UTC. */
export const dayText = (instant: string): string => {
  const day = instant.slice(0, 10);
  return day.startsWith('0000') ? `0001${day.slice(4)} BC` : day;
};
