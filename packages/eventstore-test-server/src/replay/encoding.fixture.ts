import { Metadata } from '@grpc/grpc-js';

/** A value as the recordings write it (JSON with marks for what JSON has not). */
export type Encoded = null | boolean | number | string | Encoded[] | { [name: string]: Encoded };

/** What every server adds to its trailers, and no client looks at. */
const transport = ['content-type', 'date', 'server', 'content-length'];

const entries = (value: object): [string, Encoded][] =>
  Object.entries(value)
    .filter(([, field]) => typeof field !== 'function')
    .map(([name, field]) => [name, encode(field)]);

const encodeError = (error: Error): Encoded => {
  const { type, code, ...fields } = Object.fromEntries(
    entries(error).filter(([name]) => !['message', 'name'].includes(name)),
  );
  return {
    class: error.constructor.name,
    message: untimed(error.message),
    ...(type !== undefined && { type }),
    ...(code !== undefined && { code }),
    fields,
  };
};

/** How long a deadline was waited for, and at which port, is another matter each time. */
const untimed = (text: string): string =>
  text.replace(/(Deadline exceeded after ).*/, '$1…').replace(/127\.0\.0\.1:\d+/, '127.0.0.1:…');

export const encode = (value: unknown): Encoded => {
  if (value === undefined) return { $undefined: true };
  if (typeof value === 'bigint') return { $bigint: `${value}` };
  if (Number.isNaN(value)) return { $number: 'NaN' };
  if (typeof value === 'string') return untimed(value);
  return typeof value === 'object' && value !== null ? encodeObject(value) : (value as Encoded);
};

const encodeObject = (value: object): Encoded => {
  if (value instanceof Date) return { $date: value.toISOString() };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64'), class: 'Uint8Array' };
  if (value instanceof Metadata) return { class: 'Metadata', map: encode(withoutTransport(value.getMap())) };
  if (value instanceof Error) return encodeError(value);
  return Array.isArray(value) ? value.map(encode) : Object.fromEntries(entries(value));
};

const withoutTransport = (map: object): object =>
  Object.fromEntries(Object.entries(map).filter(([name]) => !transport.includes(name)));

const isMap = (value: Encoded | undefined): value is Record<string, Encoded> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const positionNames = ['commit', 'prepare', 'commitPosition', 'metastreamRevision', 'commit=prepare'];

/**
 * Makes a recorded value comparable: times are those that were answered now, and a position is the one that this one has stood
 * for since it was first met, so that what had the same position must have the same again.
 */
export const createAlignment = (): ((recorded: Encoded, actual: Encoded | undefined) => Encoded) => {
  const positions = new Map<string, string>();
  const taken = new Set<string>();
  const alignPosition = (recorded: string, actual: string): string => {
    const known = positions.get(recorded);
    if (known !== undefined) return known;
    if (taken.has(actual)) return recorded;
    positions.set(recorded, actual);
    taken.add(actual);
    return actual;
  };
  const align = (recorded: Encoded, actual: Encoded | undefined): Encoded => {
    if (Array.isArray(recorded))
      return recorded.map((each, index) => align(each, Array.isArray(actual) ? actual[index] : undefined));
    if (typeof recorded === 'string') return untimed(recorded);
    if (!isMap(recorded)) return recorded;
    const now = isMap(actual) ? actual : {};
    if ('$date' in recorded) return '$date' in now ? now : recorded;
    if (recorded['class'] === 'Metadata')
      return { ...recorded, map: withoutTransport(recorded['map'] as object) as Encoded };
    const fields = Object.entries(recorded).filter(
      ([name]) => !['name', 'instance_of_Error'].includes(name) || !('fields' in recorded),
    );
    return Object.fromEntries(fields.map(([name, field]) => [name, alignField(name, field, now)]));
  };
  const alignField = (name: string, field: Encoded, now: Record<string, Encoded>): Encoded => {
    const actual = now[name];
    if (!positionNames.includes(name) || !isMap(field) || !isMap(actual)) return align(field, actual);
    const [before, after] = [field['$bigint'], actual['$bigint']];
    if (typeof before !== 'string' || typeof after !== 'string') return align(field, actual);
    return { $bigint: alignPosition(before, after) };
  };
  return align;
};

/** The value that a recording wrote. */
export const decode = (encoded: Encoded): unknown => {
  if (Array.isArray(encoded)) return encoded.map(decode);
  if (!isMap(encoded)) return encoded;
  const { $bigint, $date, $bytes, $number } = encoded;
  if (typeof $bigint === 'string') return BigInt($bigint);
  if (typeof $date === 'string') return new Date($date);
  if (typeof $bytes === 'string') return Uint8Array.from(Buffer.from($bytes, 'base64'));
  if ($number === 'NaN') return NaN;
  if ('$undefined' in encoded) return undefined;
  return Object.fromEntries(Object.entries(encoded).map(([name, field]) => [name, decode(field)]));
};

/** The types of a value's parts. */
export const typesOf = (value: unknown): unknown => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.map(typesOf);
  if (typeof value !== 'object') return typeof value;
  if (value.constructor !== Object) return value.constructor.name;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, typesOf(field)]));
};
