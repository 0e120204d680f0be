import { parseAmount } from '@tollgate/money';

type Json = string | number | boolean | undefined | readonly Json[] | { readonly [field: string]: Json };

/**
 * Whether two accepted bodies of one kind mean the same (DESIGN 2.9): every field counts, amounts by value, times by
 * instant; key order and white space do not count, and a field left out is the same as one never given. A `shredded` field of one of them
 * is the same as anything.
 */
export const isSameContent = (one: object, other: object, shredded: readonly string[] = []): boolean => {
  const isSame = (field: string): boolean =>
    shredded.includes(field) || isSameField(field, valueOf(one, field), valueOf(other, field));
  return areFields(one, other, isSame);
};

/** Of either of them, each once. A list is no object. */
const areFields = (one: object, other: object, areSo: (field: string) => boolean): boolean =>
  Array.isArray(one) === Array.isArray(other) &&
  Object.keys(one).every(areSo) &&
  Object.keys(other).every((field) => Object.hasOwn(one, field) || areSo(field));

const amountFields = new Set(['amount', 'perMinute', 'connectFee']);
const timeFields = new Set(['paidAt', 'startedAt', 'endedAt', 'ratedAt']);

const isSameField = (field: string, one: Json, other: Json): boolean => {
  if (one === other) return true;
  if (typeof one === 'string' && typeof other === 'string') {
    if (amountFields.has(field)) return parseAmount(one) === parseAmount(other);
    if (timeFields.has(field)) return instantOf(one) === instantOf(other);
  }
  return field === 'price' && isObject(one) && isObject(other) ? isSameContent(one, other) : isDeepEqual(one, other);
};

const isObject = (value: Json): value is Exclude<Json, string | number | boolean | undefined> =>
  typeof value === 'object';

/** `12:00:00.500Z`, `12:00:00.5Z` and `12:00:00.5+00:00` are one instant. The edge accepts UTC only, so text order is time order. */
const instantOf = (time: string): string =>
  time
    .replace(/[+-]00:00$/, 'Z')
    .replace(/(\.\d*?)0*Z$/, (_, fraction: string) => (fraction === '.' ? 'Z' : `${fraction}Z`));

const isDeepEqual = (one: Json, other: Json): boolean => {
  if (typeof one !== 'object' || typeof other !== 'object') return one === other;
  return areFields(one, other, (key) => isDeepEqual(valueOf(one, key), valueOf(other, key)));
};

const valueOf = (body: object, field: string): Json =>
  Object.hasOwn(body, field) ? (body as Record<string, Json>)[field] : undefined;
