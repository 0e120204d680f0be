import { checkDeck } from './index';

const head = 'prefix,currency,perMinute,initialSeconds,incrementSeconds,effectiveFrom,effectiveTo,barred';
const check = (...lines: string[]) => checkDeck([head, ...lines].join('\n'), 50);

test('all errors of a deck are told, not the first alone', () => {
  const { errors, prefixes } = check(
    '44,EUR,0.6,1,1,,,',
    '+31,EUR,0.6,1,1,,,',
    '44,EUR,0.7,1,1,2026-01-01,,',
    '1,EUR,x,1,1,,,',
  );
  expect(prefixes).toBe(1);
  expect(errors).toEqual([
    'line 3: prefix: "+31" is none',
    'line 4: prefix: 44 has two prices at one time',
    'line 5: perMinute: "x" is none',
  ]);
});

test('a file that is no deck is an error', () => {
  expect(checkDeck('', 50)).toEqual({ prefixes: 0, errors: ['line 1: there is no field prefix'], warnings: [] });
});

test.each([
  ['0.6', '0.9', []],
  ['0.6', '0.91', ['prefix 44: 0.6 a minute becomes 0.91 at 2026-02-01T00:00:00.000Z, by +52 %']],
  ['0.6', '0.29', ['prefix 44: 0.6 a minute becomes 0.29 at 2026-02-01T00:00:00.000Z, by -52 %']],
  ['0', '0.1', ['prefix 44: 0 a minute becomes 0.1 at 2026-02-01T00:00:00.000Z, from free']],
  ['0', '0', []],
])('a price that goes from %s to %s', (before, after, warnings) => {
  const lines = [`44,EUR,${after},1,1,2026-02-01,,`, `44,EUR,${before},1,1,,2026-02-01,`];
  expect(check(...lines)).toEqual({ prefixes: 1, errors: [], warnings });
});

test('a gap between two prices of a prefix is told', () => {
  expect(check('44,EUR,0.6,1,1,,2026-02-01,', '44,EUR,0.6,1,1,2026-02-03,,').warnings).toEqual([
    'prefix 44: no price of its own from 2026-02-01T00:00:00.000Z until 2026-02-03T00:00:00.000Z',
  ]);
});
