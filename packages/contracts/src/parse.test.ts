import {
  accountOpening,
  listQuery,
  parseBody,
  parseCdr,
  parseJson,
  parseJsonText,
  payment,
  recordKinds,
  usage,
} from './index';
import { openingExample, paymentExample, usageExample } from './examples';

const detailOf = (schema: Parameters<typeof parseBody>[0], body: unknown): string => {
  const parsed = parseBody(schema, body);
  if (parsed.ok) throw new Error('the body was accepted');
  return parsed.detail;
};

const amountRule =
  'must be a decimal string such as "12.5": at most 18 digits before and 10 after the point, no sign, no exponent';

const instantRule =
  'must be an RFC 3339 time in UTC (Z, +00:00 or -00:00; no other offset), on a day that exists, such as 2026-01-31T12:00:00.000Z';

describe('what is wrong with a body', () => {
  test.each<[object, string]>([
    [{ amount: 1 }, `amount: ${amountRule}`],
    [{ amount: '1e3' }, `amount: ${amountRule}`],
    [{ amount: '0.00' }, 'amount: must be above zero'],
    [{ paymentId: 'a b' }, 'paymentId: must be 1 to 128 printable ASCII characters without a space'],
    [{ accountId: '/' }, 'accountId: must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or a digit'],
    [{ direction: 'both' }, 'direction: must be inbound or outbound'],
    [{ currency: 'eur' }, 'currency: must be three capital letters (ISO 4217)'],
    [{ paidAt: 'today' }, `paidAt: ${instantRule}`],
    [{ paidAt: '2026-01-31T12:00:00+01:00' }, `paidAt: ${instantRule}`],
    [{ reference: 7 }, 'reference: must be a string'],
    [{ reference: 'x'.repeat(501) }, 'reference: must have at most 500 characters'],
    [{ vat: '21' }, 'vat: unknown field'],
    [{ 'vat rate': '21' }, '"vat rate": unknown field'],
    [{ '': '21' }, '"": unknown field'],
  ])('%j in a payment reads %s', (wrong, detail) => {
    expect(detailOf(payment, { ...paymentExample, ...wrong })).toBe(detail);
  });

  test.each<[object, string]>([
    [{ balances: 'inbound' }, 'cutoff.balances: must be an array'],
    [{ balances: ['both'] }, 'cutoff.balances.0: must be inbound, outbound or mutual'],
    [{ balances: ['inbound', 'inbound'] }, 'cutoff.balances: must not name a balance twice'],
    [{ balances: [], creditLimits: { inbound: '-1' } }, `cutoff.creditLimits.inbound: ${amountRule}`],
    [{ balances: [], creditLimits: [] }, 'cutoff.creditLimits: must be an object'],
    [
      { balances: [], mutualFormula: 'net' },
      'cutoff.mutualFormula: must be outbound-minus-inbound or inbound-minus-outbound',
    ],
    [{ balance: [] }, 'cutoff.balances: required; cutoff.balance: unknown field'],
  ])('%j as a cutoff reads %s', (cutoff, detail) => {
    expect(detailOf(accountOpening, { ...openingExample, cutoff })).toBe(detail);
  });

  test.each<[object, string]>([
    [{ durationMs: 31_622_400_001 }, 'durationMs: must be 31622400000 or less'],
    [{ durationMs: -1 }, 'durationMs: must be 0 or more'],
    [{ legs: ['inbound', 'outbound', 'inbound'] }, 'legs: must have at most 2 items'],
    [{ legs: [] }, 'legs: must not be empty'],
    [
      { startedAt: '9999-12-31T23:59:59.000Z', durationMs: 1_000 },
      'durationMs: must not end the call after the year 9999',
    ],
  ])('%j in a CDR reads %s', (wrong, detail) => {
    const call = { cdrId: 'c', originator: 'acme', terminator: 'globex', callee: '44', durationMs: 1 };
    const started = { startedAt: '2026-01-31T12:00:00Z' };
    const parsed = parseCdr({ ...call, ...started, ...wrong });
    expect(parsed).toEqual({ ok: false, detail });
  });

  test.each<[object, string]>([
    [{ durationSeconds: -1 }, 'durationSeconds: must be 0 or more'],
    [{ durationSeconds: '60' }, 'durationSeconds: must be a finite number'],
    [{ attributes: [] }, 'attributes: must be an object'],
    [{ attributes: { codec: 1 } }, 'attributes.codec: must be a string'],
    [{ attributes: { '': 'x' } }, 'attributes."": the key must not be empty'],
    [
      { attributes: { ['k'.repeat(129)]: 'x' } },
      `attributes.${'k'.repeat(64)}…: the key must have at most 128 characters`,
    ],
  ])('%j in usage reads %s', (wrong, detail) => {
    expect(detailOf(usage, { ...usageExample, ...wrong })).toBe(detail);
  });

  test('names every field that is wrong, not only the first', () => {
    const { currency: _, ...rest } = paymentExample;
    const detail = detailOf(payment, { ...rest, amount: 5, vat: '21' });
    expect(detail).toBe(`amount: ${amountRule}; currency: required; vat: unknown field`);
  });

  test('says of a value of the wrong type only that, whatever other rules it breaks', () => {
    const list = Array.from({ length: 100 }, () => 'x');
    expect(detailOf(usage, { ...usageExample, callId: list })).toBe('callId: must be a string');
  });

  test('stays short however many fields are wrong, so that a rejection always fits in a message', () => {
    const unknown = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`field-${String(index)}`.repeat(20), 1]),
    );
    const detail = detailOf(payment, { ...paymentExample, ...unknown });
    expect(detail.length).toBeLessThan(2_000);
    expect(detail.split('; ')).toHaveLength(21);
    expect(detail).toMatch(/: unknown field; and more$/);
    expect(detailOf(usage, { ...usageExample, attributes: unknown }).length).toBeLessThan(3_000);
  });

  test('names a parameter of a query as it names a field of a body', () => {
    expect(detailOf(listQuery, { limit: '0', page: '2' })).toBe(
      'limit: must be a whole number from 1 to 1000; page: unknown field',
    );
  });
});

describe('JSON', () => {
  test('is read from its bytes', () => {
    expect(parseJson(Buffer.from('{"name":"Zoë"}'))).toEqual({ ok: true, value: { name: 'Zoë' } });
  });

  test('that is not UTF-8 is refused, not repaired', () => {
    expect(parseJson(Buffer.from([0x22, 0xff, 0x22]))).toEqual({ ok: false, detail: 'the body is not UTF-8' });
    expect(parseJson(Buffer.from('"é"', 'latin1'))).toEqual({ ok: false, detail: 'the body is not UTF-8' });
  });

  test.each(['', '{', '{"a":1,}', "{'a':1}", 'NaN', '{"a":01}', '{} {}', '\u0000'])(
    '%j is refused, with the reason',
    (text) => {
      expect(parseJsonText(text)).toMatchObject({
        ok: false,
        detail: expect.stringMatching(/^the body is not JSON: ./) as string,
      });
      expect(parseJson(Buffer.from(text))).toMatchObject({ ok: false });
    },
  );

  test('nested a hundred thousand deep is refused or read, and never throws', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const parsed = parseJsonText(deep);
    if (parsed.ok)
      expect(parseBody(payment, parsed.value)).toMatchObject({
        ok: false,
        detail: expect.stringMatching(/^too large/) as string,
      });
    expect(parseJsonText(`{"attributes":${deep}}`)).toBeDefined();
  });
});

describe('a value far beyond any body of ours is refused at once, whatever else is wrong with it:', () => {
  const refusal = 'too large: at most 100 fields or items in one place, 8 levels deep';
  const million = 1_000_000;
  const good = { usageId: 'u', accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' };
  const nested = JSON.parse(`${'['.repeat(million)}${']'.repeat(million)}`) as unknown;
  const manyKeys = Object.fromEntries(Array.from({ length: million / 10 }, (_, index) => [`k${String(index)}`, 1]));

  test.each([
    ['a million items', { ...good, attributes: Array(million).fill(1) }],
    ['many fields', { ...good, ...manyKeys }],
    ['many attributes', { ...good, attributes: manyKeys }],
    ['a million levels', { ...good, caller: nested }],
    ['101 items', { ...good, caller: Array(101).fill(1) }],
  ])('%s', (_what, body) => {
    const words = recordKinds.usage(body);
    expect(words).toEqual({ ok: false, detail: refusal });
  });

  test('100 items and 8 levels get the words of the schema', () => {
    expect(recordKinds.usage({ ...good, caller: Array(100).fill(1) })).toMatchObject({
      ok: false,
      detail: 'caller: must be a string',
    });
    const seven = JSON.parse('[[[[[[[1]]]]]]]') as unknown;
    expect(recordKinds.usage({ ...good, caller: seven })).toMatchObject({ detail: 'caller: must be a string' });
    expect(recordKinds.usage({ ...good, caller: [seven] })).toMatchObject({ detail: refusal });
  });
});

test('attributes have at most 16,000 characters in all', () => {
  const of = (length: number) => ({
    ...{ usageId: 'u', accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
    attributes: Object.fromEntries(
      Array.from({ length: 16 }, (_, index) => [String(index).padStart(10, '0'), 'x'.repeat(length)]),
    ),
  });
  expect(recordKinds.usage(of(990)).ok).toBe(true);
  expect(recordKinds.usage(of(991))).toMatchObject({ detail: 'attributes: must have at most 16000 characters in all' });
});
