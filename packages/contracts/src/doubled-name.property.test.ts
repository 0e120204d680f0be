import fc from 'fast-check';
import { doubledFault, vast } from './doubled-name';
import { parseJsonText } from './index';
import { nameOf } from './invalid';

/** A JSON text by its parts, so that a name can be there twice; what is said twice in it is known by looking. */
type Node = { text: string; hasDoubled: boolean; depth: number };

const leaf: fc.Arbitrary<Node> = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('":', '":"', ' :', '\\":', '"', '\\', ',"a":', '{"a":1,"a":2}', '12:00:00Z', ':', ''),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(true, false, null),
  )
  .map((value) => ({ text: JSON.stringify(value), hasDoubled: false, depth: 0 }));

/** A name, maybe with its first character written as an escape. */
const name = fc
  .tuple(
    fc.oneof(
      fc.constantFrom('a', 'b', 'kind', 'attributes', '__proto__', 'constructor', '0', '1', '', '":', '\\', 'é', '🙂'),
      fc.string(),
    ),
    fc.boolean(),
  )
  .map(([meant, isEscaped]) => {
    const escape = `\\u${meant.charCodeAt(0).toString(16).padStart(4, '0')}`;
    const rest = JSON.stringify(meant.slice(1));
    return { meant, text: isEscaped && meant !== '' ? `"${escape}${rest.slice(1)}` : JSON.stringify(meant) };
  });

const blank = fc.constantFrom('', '', '', ' ', '\t', '\n', '\r\n', '  ');
const around = (text: string, [before, after]: readonly [string, string]): string => `${before}${text}${after}`;
const blanks = fc.tuple(blank, blank);

const { value: node } = fc.letrec<{ value: Node; object: Node; array: Node }>((tie) => ({
  value: fc.oneof({ maxDepth: 5, depthSize: 'small' }, leaf, tie('object'), tie('array')),
  object: fc.array(fc.tuple(name, tie('value'), blanks, blanks), { maxLength: 5 }).map((members) => ({
    text: `{${members.map(([key, { text }, one, other]) => `${around(key.text, one)}:${around(text, other)}`).join()}}`,
    hasDoubled:
      new Set(members.map(([{ meant }]) => meant)).size < members.length ||
      members.some(([, { hasDoubled }]) => hasDoubled),
    depth: 1 + Math.max(0, ...members.map(([, { depth }]) => depth)),
  })),
  array: fc.array(fc.tuple(tie('value'), blanks), { maxLength: 4 }).map((items) => ({
    text: `[${items.map(([{ text }, one]) => around(text, one)).join()}]`,
    hasDoubled: items.some(([{ hasDoubled }]) => hasDoubled),
    depth: 1 + Math.max(0, ...items.map(([{ depth }]) => depth)),
  })),
}));

test('a name said twice is found exactly where it is, as a text put together from its parts knows', () => {
  const seen = { doubled: 0, single: 0 };
  fc.assert(
    fc.property(
      node.filter(({ depth }) => depth <= 8),
      ({ text, hasDoubled }) => {
        seen[hasDoubled ? 'doubled' : 'single'] += 1;
        expect([text, doubledFault(text, JSON.parse(text)) !== undefined]).toEqual([text, hasDoubled]);
      },
    ),
    { numRuns: 3_000 },
  );
  expect(seen.doubled).toBeGreaterThan(200);
  expect(seen.single).toBeGreaterThan(200);
});

test.each([
  ['{"a":1,"a":1}', 'a'],
  ['{"amount" : "1", "amount"\t:"2"}', 'amount'],
  ['{"kind":1,"k\\u0069nd":2}', 'kind'],
  ['{"a":{"b":1,"c":{"b":1}},"attributes":{"x":"","x":""}}', 'x'],
  ['[{"of":{"id":1,"id":2}}]', 'id'],
  ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ['{"":1,"":2}', ''],
  ['{"a\\"":1,"a\\u0022":2}', 'a"'],
  ['{"time":"12:00","time":"12:00"}', 'time'],
  ['{"a":"\\\\","a":1}', 'a'],
])('the name that %s says twice is %j', (text, name) => {
  expect(doubledFault(text, JSON.parse(text))).toBe(
    `${nameOf([name])}: said more than once in one object; say it once`,
  );
});

test.each([
  '{"a":{"a":1},"b":{"a":1}}',
  '[{"a":1},{"a":1}]',
  '{"a":"\\"a\\":1","b":"{\\"a\\":1,\\"a\\":2}"}',
  '{"a":":","b":" :","c":"\\\\"}',
  '{"A":1,"a":1}',
  '{"1":1,"01":1}',
  '{"a":"__proto__","__proto__":{"a":1}}',
  '{}',
  '":a"',
])('%s says no name twice', (text) => {
  expect(doubledFault(text, JSON.parse(text))).toBeUndefined();
});

test('a doubled name, of which the last value used to be taken, is refused by its name', () => {
  expect(parseJsonText('{"amount":"1","amount":"999"}')).toEqual({
    ok: false,
    detail: 'amount: said more than once in one object; say it once',
    before: { amount: '999' },
  });
});

test('a value that another of the same name replaces is not passed over for being vast', () => {
  const deep = `${'['.repeat(9)}${']'.repeat(9)}`;
  const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`k${String(index)}`, 1])));
  for (const replaced of [deep, wide])
    expect(parseJsonText(`{"attributes":${replaced},"attributes":{}}`)).toMatchObject({ ok: false, detail: vast });
});

test('a value nested a million deep, or a million names, neither ends the process nor takes long', () => {
  const million = 1_000_000;
  const startedAt = performance.now();
  for (const [text, fault] of [
    [`${'['.repeat(million)}${']'.repeat(million)}`, undefined],
    [`{${Array.from({ length: million }, (_, index) => `"k${String(index)}":":"`).join()}}`, vast],
    [JSON.stringify({ a: '\\"'.repeat(million), b: '":'.repeat(million) }), undefined],
  ] as const)
    expect(doubledFault(text, JSON.parse(text))).toBe(fault);
  expect(performance.now() - startedAt).toBeLessThan(20_000);
});
