import fc from 'fast-check';
import type { z } from 'zod';
import { parseBody, parseCutoff, parseJsonText, parseOpening, recordKinds } from './index';
import { acceptedFields, documented, refusedFields, schemaNames, schemas, withField } from './bodies.fixture';
import type { SchemaName } from './bodies.fixture';

const compiled: Record<SchemaName, (body: unknown) => { ok: boolean; value?: unknown; detail?: string }> = {
  ...recordKinds,
  accountOpening: parseOpening,
  cutoffSetting: parseCutoff,
};
/** What the schema itself says, in the form of the compiled one. */
const plain = (name: SchemaName, body: unknown) => {
  const parsed = parseBody<object>(schemas[name] as z.ZodType<object>, body);
  if (!parsed.ok || !(name in recordKinds)) return parsed;
  const parsedByKind = compiled[name](documented[name]);
  return { ok: true, value: { ...(parsedByKind.value as object), data: parsed.value } };
};

let accepted = 0;
const compare = (name: SchemaName, text: string): void => {
  const json = parseJsonText(text);
  // A name said twice is refused before it comes here, and what it was taken for before comes here still.
  const body = json.ok ? json.value : json.before;
  if (body === undefined) return;
  const fromSchema = plain(name, body);
  const fromCode = compiled[name](body);
  expect([name, text, fromCode]).toEqual([name, text, fromSchema]);
  // The order of fields too: it is how an event is written.
  expect(JSON.stringify(fromCode)).toBe(JSON.stringify(fromSchema));
  if (fromCode.ok) accepted += 1;
};

const strange = [
  ...[null, true, 0, -1, -0, 1.5, 1e308, 9007199254740992, [], {}, [[]], [null], { a: 1 }],
  ...['', ' ', '0', '-1', '-0', '00', '1e3', '0x10', 'NaN', '1.', '.5', '+1', '9'.repeat(19), '0.00000000001'],
  ...['999999999999999999.9999999999', 'acmé', 'a\u0000b', '\ud800', '\u202e', '\u{1f642}'.repeat(500), '\ufeff'],
  ...['x'.repeat(128), 'x'.repeat(129), 'x'.repeat(500), 'x'.repeat(501), '\u{1f642}'.repeat(501)],
  ...['2026-02-30T00:00:00Z', '2024-02-29T00:00:00Z', '2026-01-31T24:00:00Z', '2026-01-31', 'inbound', 'mutual', 'EUR'],
  ...['__proto__', 'constructor', 'toString', 'then', 'payment', 'reversal'],
];
const keys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'then',
  '',
  'kind',
  'of',
  'toJSON',
  'vat',
  '0',
  '1',
  '-1',
];

const jsonText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...strange).map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
  {
    weight: 1,
    arbitrary: fc
      .dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), fc.string())
      .map((map) => JSON.stringify(map)),
  },
  { weight: 1, arbitrary: fc.constantFrom('1e400', '-1e400', '1e-400', '9'.repeat(400), '0.1e1') },
);

type Change = {
  at: number;
  way: 'set' | 'add' | 'leave out' | 'repeat' | 'wrap' | 'inside';
  key: string;
  text: string;
};
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(20),
  way: fc.constantFrom(
    'set' as const,
    'set' as const,
    'add' as const,
    'leave out' as const,
    'repeat' as const,
    'wrap' as const,
    'inside' as const,
  ),
  key: fc.oneof(fc.constantFrom(...keys), fc.string()),
  text: jsonText,
});

/** JSON texts of fields, so that a key can be there twice and `__proto__` be a key. */
type Field = readonly [key: string, text: string];
const textOf = (fields: readonly Field[]): string =>
  `{${fields.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join()}}`;

const changed = (fields: readonly Field[], { at, way, key, text }: Change): Field[] => {
  const place = at % Math.max(fields.length, 1);
  const [name, old] = fields[place] ?? ['x', '1'];
  const replaced = (one: string): Field[] => fields.map((field, index) => (index === place ? [name, one] : field));
  switch (way) {
    case 'set':
      return replaced(text);
    case 'add':
      return [...fields, [key, text]];
    case 'leave out':
      return fields.filter((_, index) => index !== place);
    case 'repeat':
      return [...fields, [name, text]];
    case 'wrap':
      return replaced(`[${old}]`);
    case 'inside':
      return replaced(
        old.startsWith('{') ? old.replace('{', `{${JSON.stringify(key)}:${text},`).replace(',}', '}') : text,
      );
  }
};

describe('a compiled schema says what the schema says, word for word and field for field', () => {
  test.each([...acceptedFields, ...refusedFields])('of a %s with %s %s', (name, field, json) => {
    compare(name, withField(name, field, json));
  });

  test.each(schemaNames)('of a %s as documented, spoilt in every way', (name) => {
    accepted = 0;
    const documentedFields = Object.entries(documented[name]).map(([key, value]): Field => [
      key,
      JSON.stringify(value),
    ]);
    compare(name, textOf(documentedFields));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), fc.boolean(), (changes, isReversed) => {
        const fields = changes.reduce(changed, documentedFields);
        compare(name, textOf(isReversed ? fields.toReversed() : fields));
      }),
      { numRuns: 600 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  test.each(schemaNames)('of anything but a %s', (name) => {
    fc.assert(
      fc.property(jsonText, (text) => {
        compare(name, text);
      }),
      { numRuns: 200 },
    );
  });
});
