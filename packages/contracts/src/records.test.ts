import { parseBody, parseJsonText, recordKinds } from './index';
import { acceptedFields, documented, refusedFields, schemaNames, schemas, withField } from './bodies.fixture';
import type { SchemaName } from './bodies.fixture';

const parse = (name: SchemaName, text: string) => {
  const json = parseJsonText(text);
  return json.ok ? parseBody<object>(schemas[name], json.value) : json;
};

const required: Record<SchemaName, string[]> = {
  payment: ['paymentId', 'accountId', 'direction', 'amount', 'currency'],
  usage: ['usageId', 'accountId', 'direction', 'amount', 'currency'],
  adjustment: ['adjustmentId', 'accountId', 'direction', 'amount', 'currency', 'reason', 'actor'],
  reversal: ['reversalId', 'accountId', 'of', 'reason', 'actor'],
  accountOpening: ['accountId', 'currency'],
  cutoffSetting: ['balances'],
};

test.each(schemaNames)('the documented %s is accepted as it is, every field of it', (name) => {
  expect(parse(name, JSON.stringify(documented[name]))).toEqual({ ok: true, value: documented[name] });
});

test.each(schemaNames)('a %s with only its required fields is accepted', (name) => {
  const least = Object.fromEntries(
    Object.entries(documented[name]).filter(([field]) => required[name].includes(field)),
  );
  expect(parse(name, JSON.stringify(least))).toEqual({ ok: true, value: least });
});

test.each(schemaNames)('an empty %s is told every field it requires', (name) => {
  const detail = required[name].map((field) => `${field}: required`).join('; ');
  expect(parse(name, '{}')).toEqual({ ok: false, detail });
});

test.each(acceptedFields)('a %s with %s %s is accepted', (name, field, json) => {
  const text = withField(name, field, json);
  expect(parse(name, text)).toEqual({ ok: true, value: JSON.parse(text) as object });
});

test.each(refusedFields)('a %s with %s %s is refused, and the field is named', (name, field, json) => {
  const parsed = parse(name, withField(name, field, json));
  expect(parsed).toMatchObject({ ok: false });
  expect(parsed.ok ? '' : parsed.detail).toMatch(new RegExp(`^${field}(\\.\\S+)?: (?!Invalid)`));
});

test.each(schemaNames)('a %s with a __proto__ key is refused, as any unknown field', (name) => {
  expect(parse(name, withField(name, '__proto__', '{"amount":"1"}'))).toEqual({
    ok: false,
    detail: '__proto__: unknown field',
  });
});

test('an attribute called __proto__ is refused, not dropped', () => {
  const text = withField('usage', 'attributes', '{"codec":"g711","__proto__":"x"}');
  expect(parse('usage', text)).toEqual({ ok: false, detail: 'attributes: must not have the key __proto__' });
});

test('a number too large for JSON readers is no duration', () => {
  expect(parse('usage', withField('usage', 'durationSeconds', '1e999'))).toEqual({
    ok: false,
    detail: 'durationSeconds: must be a finite number',
  });
});

test.each(schemaNames)('a %s must be an object', (name) => {
  for (const text of ['null', '[]', '"x"', '1', 'true'])
    expect(parse(name, text)).toEqual({ ok: false, detail: 'the body must be an object' });
});

test.each([
  ['payment', 'RecordPayment'],
  ['usage', 'ChargeUsage'],
  ['adjustment', 'AdjustBalance'],
  ['reversal', 'ReverseEntry'],
] as const)('a %s is the command %s', (kind, type) => {
  expect(recordKinds[kind](documented[kind])).toEqual({ ok: true, value: { type, data: documented[kind] } });
  expect(recordKinds[kind]({})).toMatchObject({ ok: false });
});
