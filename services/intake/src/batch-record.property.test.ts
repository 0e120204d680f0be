import fc from 'fast-check';
import { parseLine } from './batch-record';

const body = { usageId: 'u', accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' };
const kinds = ['payment', 'usage', 'adjustment', 'reversal', 'opening', 'constructor', '__proto__', ''];

/** The same line, read by the rule as it stands: the kind is a field of the object, and what is left of it is the body. */
const asAnyLine = (line: string) => parseLine(Buffer.from(line));
/** The same, its data read where they were not. */
const inFull = (parsed: ReturnType<typeof parseLine>) =>
  parsed.ok ? { ok: true, value: { type: parsed.value.type, data: parsed.value.data } } : parsed;
const same = (line: string): void => {
  expect([line, inFull(parseLine(line))]).toEqual([line, asAnyLine(line)]);
  expect(JSON.stringify(parseLine(line))).toBe(JSON.stringify(asAnyLine(line)));
};
const rest = JSON.stringify(body).slice(1);

describe('a line whose kind comes first is read like any other', () => {
  test.each([
    `{"kind":"usage",${rest}`,
    `{"kind":"usage",${rest} `,
    `{"kind":"usage",}`,
    `{"kind":"usage"}`,
    `{"kind":"usage","`,
    `{"kind":"usage","}`,
    `{"kind":"usage","kind":"usage",${rest}`,
    `{"kind":"usage","kind":"payment",${rest}`,
    `{"kind":"payment","kind":"usage",${rest}`,
    `{"kind":"usage","k\\u0069nd":"payment",${rest}`,
    `{"kind":"usage","__proto__":{"kind":"payment"},${rest}`,
    `{"kind":"usage","vat":"21",${rest}`,
    `{"kind":"usage",${rest}${rest}`,
    `{"kind":"usage",{${rest}`,
    `{"kind":"opening",${rest}`,
    `{${rest.slice(0, -1)},"kind":"usage"}`,
    ` {"kind":"usage",${rest}`,
    `\\ufeff{"kind":"usage",${rest}`,
    `"{\\"kind\\":\\"usage\\",\\"a\\":1}"`,
  ])('%s', same);

  test('whatever follows the kind', () => {
    const field = fc.oneof(
      fc.constantFrom(...Object.entries(body).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)),
      fc.tuple(fc.string(), fc.json({ maxDepth: 2 })).map(([key, json]) => `${JSON.stringify(key)}:${json}`),
      fc.constantFrom(...kinds).map((kind) => `"kind":${JSON.stringify(kind)}`),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.array(field, { maxLength: 7 }), (kind, fields) => {
        same(`{"kind":${JSON.stringify(kind)},${fields.join()}}`);
      }),
      { numRuns: 2_000 },
    );
  });

  test('the valid ones among them are accepted', () => {
    const parsed = inFull(parseLine(`{"kind":"usage",${rest}`));
    expect(parsed).toEqual({ ok: true, value: { type: 'ChargeUsage', data: body } });
  });

  test.each([`{"kind":"payment","kind":"usage",${rest}`, `{"kind":"usage","kind":"payment",${rest}`])(
    'a second kind, which used to count instead of the first, is refused: %s',
    (line) => {
      expect(parseLine(line)).toMatchObject({
        ok: false,
        detail: 'kind: said more than once in one object; say it once',
      });
    },
  );

  test.each([
    ['amount', `{"kind":"usage","amount":"1",${rest}`],
    ['amount', `{"kind":"usage","amo\\u0075nt":"1",${rest}`],
    ['trunk', `{"kind":"usage","attributes":{"trunk":"a","trunk":"b"},${rest}`],
  ])('a doubled %s, of which the last used to count, is refused by its name: %s', (name, line) => {
    expect(parseLine(line)).toMatchObject({
      ok: false,
      detail: `${name}: said more than once in one object; say it once`,
    });
  });
});
