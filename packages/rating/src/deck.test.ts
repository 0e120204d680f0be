import { rateIn, readDeck } from './index';

/** What a call may come to cost that is answered within two minutes. */
const head = 'prefix,currency,perMinute,initialSeconds,incrementSeconds,effectiveFrom,effectiveTo,barred';
const day = Date.parse('2026-02-01T00:00:00.000Z');
const pricesAt = (lines: string[], fromMs: number, callee = '+441234') => {
  const rate = rateIn(readDeck([head, ...lines].join('\n')), callee, { fromMs, untilMs: fromMs + 120_000 });
  if (rate === undefined || rate === 'barred') return rate;
  return [rate, ...(rate.later ?? [])].map(({ perMinute }) => perMinute);
};

const rising = ['44,EUR,0.6,1,1,,2026-02-01,', '44,EUR,60,1,1,2026-02-01,,'];
test.each([
  ['long before a rise', rising, day - 120_001, ['0.6']],
  ['so that it may ring until the rise', rising, day - 120_000, ['0.6', '60']],
  ['just before the rise', rising, day - 1, ['0.6', '60']],
  ['once it has risen', rising, day, ['60']],
  [
    'before a longer prefix gets a price',
    ['44,EUR,0.6,1,1,,,', '4412,EUR,1,1,1,2026-02-01,,', '4413,EUR,9,1,1,2026-02-01,,'],
    day - 1,
    ['0.6', '1'],
  ],
  [
    'before a longer prefix loses its price',
    ['44,EUR,0.6,1,1,,,', '4412,EUR,0.1,1,1,,2026-02-01,'],
    day - 1,
    ['0.1', '0.6'],
  ],
  [
    'before a minute that costs more',
    [...rising.slice(0, 1), '44,EUR,60,1,1,2026-02-01,2026-02-01T00:01:00Z,', '44,EUR,0.6,1,1,2026-02-01T00:01:00Z,,'],
    day - 1,
    ['0.6', '60'],
  ],
  ['before a version that costs the same', ['44,EUR,1,1,1,,2026-02-01,', '44,EUR,1,1,1,2026-02-01,,'], day - 1, ['1']],
  ['before it is barred', ['44,EUR,1,1,1,,2026-02-01,', '44,EUR,,,,2026-02-01,,true'], day - 1, ['1']],
  ['while it is barred', ['44,EUR,,,,,2026-02-01,true', '44,EUR,1,1,1,2026-02-01,,'], day - 1, 'barred'],
] as const)('a call asked for %s', (...[, lines, at, expected]) => {
  expect(pricesAt([...lines], at)).toEqual(expected);
});
