import { rateIn, readDeck } from './index';

const head = 'prefix,currency,perMinute,connectFee,initialSeconds,incrementSeconds,effectiveFrom,effectiveTo,barred';
const deckOf = (...lines: string[]) => readDeck([head, ...lines].join('\r\n'));
const day = Date.parse('2026-02-01T00:00:00.000Z');

const deck = deckOf(
  '44,EUR,0.6,,1,1,,,',
  '44207,EUR,1.2,0.1,60,30,,2026-02-01,',
  '44207,EUR,1.5,,60,30,2026-02-01,,',
  '4499,EUR,,,,,,,true',
  '1,EUR,0,,1,1,2026-02-01T12:00:00Z,,false',
);

test.each([
  ['+441234', day, '0.6'],
  ['441234', day, '0.6'],
  ['+442079460000', day - 1, '1.2'],
  ['+442079460000', day, '1.5'],
  ['+12125550000', day, undefined],
  ['+12125550000', day + 43_200_000, '0'],
  ['+31', day, undefined],
  ['', day, undefined],
  ['sip:44', day, undefined],
])('a call to %s at %d costs %s a minute: the longest prefix with a price then counts', (callee, at, expected) => {
  const found = rateIn(deck, callee, { fromMs: at, untilMs: at });
  expect(found).toEqual(expected && expect.objectContaining({ perMinute: expected }));
});

test('a number that is barred is told from one that the deck does not know', () => {
  const answering = { fromMs: day, untilMs: day };
  expect([rateIn(deck, '+44991', answering), rateIn(deck, '+31', answering)]).toEqual(['barred', undefined]);
});

test('all of a price is read', () => {
  expect(rateIn(deck, '44207', { fromMs: day - 1, untilMs: day - 1 })).toEqual({
    perMinute: '1.2',
    connectFee: '0.1',
    initialSeconds: 60,
    incrementSeconds: 30,
  });
});

test.each([
  ['', 'line 1: there is no field prefix'],
  [`${head},tariff`, 'line 1: there is no such field as "tariff"'],
  [`${head},prefix`, 'line 1: a field is named twice'],
  [head, 'the deck has no prices'],
])('%j is no deck', (text, words) => {
  expect(() => readDeck(text)).toThrow(words);
});

test.each([
  ['44,EUR,0.6,,1,1,,', 'line 3: has 8 cells, not 9'],
  ['+44,EUR,0.6,,1,1,,,', 'line 3: prefix: "+44" is none'],
  [',EUR,0.6,,1,1,,,', 'line 3: prefix: required'],
  ['44,USD,0.6,,1,1,,,', 'line 3: currency: is USD, and EUR above'],
  ['44,EUR,-1,,1,1,,,', 'line 3: perMinute: "-1" is none'],
  ['44,EUR,0.6,,0,1,,,', 'line 3: initialSeconds: "0" is none'],
  ['44,EUR,0.6,,1,1,2026-02-30,,', 'line 3: effectiveFrom: 2026-02-30 is no day that exists'],
  ['44,EUR,0.6,,1,1,2026-02-02,2026-02-01,', 'line 3: effectiveTo: is not after effectiveFrom'],
  ['31,EUR,0.7,,1,1,2026-02-01,,', 'line 3: prefix: 31 has two prices at one time'],
])('%s names its line and field', (line, words) => {
  expect(() => deckOf('31,EUR,0.6,,1,1,,,', line)).toThrow(words);
});
