import fc from 'fast-check';
import type { RecordCommand } from '@tollgate/balance';
import { parseFurther, parseJsonText, recordKinds, unreadUsage, unreadUsageLine, usage } from './index';
import { acceptedFields, refusedFields, withField } from './bodies.fixture';
import { usageExample } from './examples';

/** What becomes of a text when it is read. */
const read = (text: string) => parseFurther(parseJsonText(text), recordKinds.usage);

let unreadTexts = 0;

/** Where a text is taken unread, reading it says the same, and would record the very same text. */
const same = (text: string): void => {
  const unread = unreadUsage(text);
  expect([text, unreadUsageLine(text.replace(/^{/, '{"kind":"usage",'))]).toEqual([text, unread]);
  if (unread?.type !== 'ChargeUsage' || unread.unread === undefined) {
    expect(unread).toBeUndefined();
    return;
  }
  unreadTexts += 1;
  const parsed = read(text);
  expect([text, parsed]).toEqual([text, { ok: true, value: { type: 'ChargeUsage', data: unread.data } }]);
  expect(`{${unread.unread.text}}`).toBe(JSON.stringify(parsed.ok && parsed.value.data));
  const { text: _text, ...known } = unread.unread;
  const { data } = unread;
  expect(known).toEqual(
    expect.objectContaining({
      usageId: data.usageId,
      accountId: data.accountId,
      direction: data.direction,
      amount: data.amount,
      currency: data.currency,
      authorizationId: data.authorizationId,
    }),
  );
};

const whole = {
  ...{ usageId: 'u-1', accountId: 'acme', direction: 'inbound', amount: '0.0125', currency: 'EUR', callId: 'a@b' },
  ...{ startedAt: '2026-01-31T12:00:00Z', endedAt: '2026-01-31T12:01:00.5+00:00', durationSeconds: 60.5 },
  ...{ caller: '+4930 1', callee: '', ratedAt: '2024-02-29T00:00:00.123456789Z', attributes: { trunk: 't1', b: '' } },
  ...{ authorizationId: 'c-1', final: false },
};

const takenUnread = (text: string): boolean => unreadUsage(text) !== undefined;

test('usage is taken unread where it stands as it will be recorded, whichever fields it has', () => {
  const optional = Object.keys(whole).slice(5);
  fc.assert(
    fc.property(fc.subarray(optional), (left) => {
      const body = Object.fromEntries(Object.entries(whole).filter(([name]) => !left.includes(name)));
      const text = JSON.stringify(body);
      expect([text, takenUnread(text)]).toEqual([text, true]);
      same(text);
    }),
  );
});

test('the fields are looked for in the order of the schema, which is that in which they are recorded', () => {
  expect(Object.keys(whole)).toEqual(Object.keys(usage.shape));
});

test.each([
  ['white space', JSON.stringify(whole, undefined, 1)],
  ['white space behind it', `${JSON.stringify(whole)} `],
  ['another order', JSON.stringify(Object.fromEntries(Object.entries(whole).reverse()))],
  ['a name said twice', `{"usageId":"u-0",${JSON.stringify(whole).slice(1)}`],
  ['an unknown field', JSON.stringify({ ...whole, vat: '21' })],
  ['a character of control in a text, which is no JSON', JSON.stringify(whole).replace('a@b', 'a\tb')],
  ['a DEL in a text', JSON.stringify({ ...whole, caller: '\x7f' })],
  ['a DEL in an id', JSON.stringify({ ...whole, usageId: '\x7f' })],
  ['an escape', JSON.stringify({ ...whole, caller: '"' })],
  ['an escape that need not be one', JSON.stringify(whole).replace('a@b', 'a\\u0040b')],
  ['other characters than ASCII', JSON.stringify({ ...whole, caller: 'é' })],
  ['other characters than ASCII in attributes', JSON.stringify({ ...whole, attributes: { trunk: 'é' } })],
  [
    'bytes of UTF-8 in attributes, each as a character',
    JSON.stringify({ ...whole, attributes: { trunk: '\xc3\xa9' } }),
  ],
  ['a DEL in attributes', JSON.stringify({ ...whole, attributes: { trunk: '\x7f' } })],
  ['a number that begins with a zero, which is no JSON', JSON.stringify(whole).replace('60.5', '060.5')],
  ['a number of more digits than a double holds', JSON.stringify(whole).replace('60.5', '12345678901234567890')],
  ['a fraction of more digits than a double holds', JSON.stringify(whole).replace('60.5', '123456789.1234567')],
  ['a number written otherwise', JSON.stringify(whole).replace('60.5', '60.50')],
  ['an exponent', JSON.stringify(whole).replace('60.5', '6e1')],
  ['a minus before zero', JSON.stringify(whole).replace('60.5', '-0')],
  ['attributes that say a name twice', JSON.stringify(whole).replace('"b"', '"trunk"')],
  ['attributes that JavaScript puts in another order', JSON.stringify(whole).replace('"b"', '"7"')],
  ['attributes with __proto__', JSON.stringify(whole).replace('"b"', '"__proto__"')],
  ['attributes with white space', JSON.stringify(whole).replace('"b":', '"b": ')],
  ['attributes that are no texts', JSON.stringify(whole).replace('"b":""', '"b":1')],
  [
    'too many attributes',
    JSON.stringify({
      ...whole,
      attributes: Object.fromEntries([...Array(65).keys()].map((n) => [`k${String(n)}`, ''])),
    }),
  ],
  ['a text that is too long', JSON.stringify({ ...whole, caller: 'x'.repeat(501) })],
  ['an id that is too long', JSON.stringify({ ...whole, usageId: 'x'.repeat(129) })],
  ['a day that does not exist', JSON.stringify({ ...whole, startedAt: '2026-02-29T12:00:00Z' })],
  ['an account id that cannot be one', JSON.stringify({ ...whole, accountId: '-acme' })],
  ['a mark of byte order', `\ufeff${JSON.stringify(whole)}`],
  ['a line feed behind it', `${JSON.stringify(whole)}\n`],
])('with %s it is read', (_what, text) => {
  expect(takenUnread(text)).toBe(false);
});

test.each([...acceptedFields, ...refusedFields].filter(([name]) => name === 'usage'))(
  'a field of %s that is said otherwise: %s %s',
  (_name, field, json) => {
    same(withField('usage', field, json));
    same(JSON.stringify(whole).replace(new RegExp(`"${field}":("[^"]*"|[^,}]*)`), `"${field}":${json}`));
  },
);

const strange = [
  '""',
  '"\\\\"',
  '" "',
  '"~"',
  '"\\u007f"',
  '"é"',
  '0',
  '1e3',
  '1.10',
  '0.000001',
  '0.0000001',
  'true',
  'null',
  '{}',
  '[]',
  '{"a":"b"}',
  '{"a":"{}"}',
  '{"a":"b","a":"c"}',
  '{"2":"b","1":"c"}',
  '123456789',
  '1234567890',
  '"2026-13-01T00:00:00Z"',
];

test('whatever is said of the fields, in whichever order, what is taken unread is what reading it says', () => {
  const field = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom(...Object.entries(whole).map(([name, value]) => `"${name}":${JSON.stringify(value)}`)),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...Object.keys(whole)), fc.constantFrom(...strange))
        .map(([name, json]) => `"${name}":${json}`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('caller', 'callId', 'usageId'), fc.string())
        .map(([name, text]) => `"${name}":${JSON.stringify(text)}`),
    },
    {
      weight: 1,
      arbitrary: fc
        .double({ min: 0, noNaN: true, noDefaultInfinity: true })
        .map((number) => `"durationSeconds":${JSON.stringify(number)}`),
    },
    {
      weight: 1,
      arbitrary: fc.dictionary(fc.string(), fc.string()).map((map) => `"attributes":${JSON.stringify(map)}`),
    },
  );
  const nameOf = (text: string): string => text.slice(0, text.indexOf(':'));
  const places = Object.keys(whole).map((name) => `"${name}"`);
  const required = Object.entries(usageExample)
    .slice(0, 5)
    .map(([name, value]) => `"${name}":${JSON.stringify(value)}`);
  const before = unreadTexts;
  fc.assert(
    fc.property(fc.array(field, { maxLength: 8 }), fc.boolean(), fc.boolean(), (fields, isComplete, isOrdered) => {
      const all = isComplete ? [...required, ...fields] : fields;
      if (isOrdered) {
        // The last that is said of each, in the order of the schema.
        const byName = new Map(all.map((one) => [nameOf(one), one]));
        same(`{${places.flatMap((name) => byName.get(name) ?? []).join()}}`);
      } else same(`{${all.join()}}`);
    }),
    { numRuns: 5_000 },
  );
  expect(unreadTexts - before).toBeGreaterThan(500);
});

test('any one character that is changed, left out or put in makes no difference to what is said of it', () => {
  const text = JSON.stringify(whole);
  const character = fc.oneof(
    fc.constantFrom(...Array.from('"\\{}[]:, \n0-1.eZ+')),
    fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(1), character, (at, removed, put) => {
      same(text.slice(0, at) + put + text.slice(at + removed));
    }),
    { numRuns: 5_000 },
  );
});

test('the longest attributes there can be are taken unread, and no longer ones', () => {
  const entries = [...Array(64).keys()].map((n) => [String.fromCharCode(0xd800 + n), '\u001f'.repeat(249)]);
  const longest = { ...whole, attributes: Object.fromEntries(entries) as object };
  expect(takenUnread(JSON.stringify(longest))).toBe(true);
  same(JSON.stringify(longest));
  expect(takenUnread(JSON.stringify({ ...whole, attributes: { a: '', ...longest.attributes } }))).toBe(false);
});

test('attributes that are too long used to be read twice, once to see whether they need not be: sixteen MiB of them held up all others for twice as long', () => {
  const names = [...Array(200_000).keys()].map((n) => [`name ${String(n)}`, 'x'.repeat(9)]);
  const text = JSON.stringify({ ...whole, attributes: Object.fromEntries(names) as object });
  const msOf = (work: () => unknown): number => {
    const startedAt = performance.now();
    work();
    return performance.now() - startedAt;
  };
  const times = [1, 2, 3].map(() => [msOf(() => takenUnread(text)), msOf(() => parseJsonText(text))] as const);
  expect(Math.min(...times.map(([unread]) => unread))).toBeLessThan(Math.min(...times.map(([, whole]) => whole)) / 4);
});

test('the JSON of the command has its data, and a copy of the command has no text that says something else', () => {
  const command = unreadUsage(JSON.stringify(whole)) as RecordCommand;
  expect(JSON.parse(JSON.stringify(command))).toEqual({ type: 'ChargeUsage', data: whole });
  expect('unread' in { ...command }).toBe(false);
});
