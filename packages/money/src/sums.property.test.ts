import Decimal from 'decimal.js';
import fc from 'fast-check';
import { addTo, formatAmount, limbsOf, parseAmount, parseLimbs, signOf, sumAt, sumBytes } from './index';
import type { Sums } from './index';

const Exact = Decimal.clone({ precision: 80 });
const amountText = fc.stringMatching(/^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,10})?$/);
const largest = fc.constantFrom('999999999999999999.9999999999', '-999999999999999999.9999999999');
/** Runs of one amount: sums reach beyond what two limbs hold, and come back. */
const runs = fc.array(fc.tuple(fc.oneof(amountText, largest), fc.constantFrom(1, 1, 1, 25)), { maxLength: 30 });

const emptySums = (): Sums => ({ bytes: new DataView(new ArrayBuffer(3 * sumBytes)), tops: new Map() });

const addAll = (sums: Sums, at: number, texts: readonly string[]): void => {
  const limbs = { high: 0, low: 0 };
  for (const text of texts) {
    parseLimbs(text, limbs);
    addTo(sums, at, limbs.high, limbs.low);
  }
};

test('any amount has the limbs of its value', () => {
  fc.assert(
    fc.property(amountText, (text) => {
      const limbs = { high: 0, low: 0 };
      parseLimbs(text, limbs);
      expect(BigInt(limbs.high) * 10n ** 14n + BigInt(limbs.low)).toBe(parseAmount(text));
      expect(limbs.low).toBeGreaterThanOrEqual(0);
      expect(limbsOf(parseAmount(text))).toEqual(limbs);
      expect(signOf(limbs.high, limbs.low)).toBe(new Exact(text).cmp(0));
    }),
  );
});

test('any other text is refused exactly as an amount is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-+.0-9eE]{0,12}$/)), (text) => {
      const outcomeOf = (parse: () => void): string => {
        try {
          parse();
          return 'parsed';
        } catch (error) {
          return String(error);
        }
      };
      const limbs = outcomeOf(() => {
        parseLimbs(text, { high: 0, low: 0 });
      });
      expect(limbs).toBe(outcomeOf(() => parseAmount(text)));
    }),
  );
});

test('sums agree with bigints and with an independent decimal library, however large they grow, and touch no other sum', () => {
  fc.assert(
    fc.property(runs, (runs) => {
      const texts = runs.flatMap(([text, times]) => Array.from({ length: times }, () => text));
      const sums = emptySums();
      addAll(sums, sumBytes, texts);
      expect(sumAt(sums, sumBytes)).toBe(texts.reduce((total, text) => total + parseAmount(text), 0n));
      const expected = texts.reduce((total, text) => total.plus(text), new Exact(0));
      expect(formatAmount(sumAt(sums, sumBytes))).toBe(expected.plus(0).toFixed());
      expect([sumAt(sums, 0), sumAt(sums, 2 * sumBytes)]).toEqual([0n, 0n]);
    }),
  );
});

test('a sum beyond two limbs takes room beside them only for as long as it is', () => {
  const sums = emptySums();
  const many = Array.from({ length: 40 }, () => '999999999999999999.9999999999');
  addAll(sums, 0, many);
  expect(sums.tops.size).toBe(1);
  expect(sumAt(sums, 0)).toBe(40n * parseAmount('999999999999999999.9999999999'));
  addAll(
    sums,
    0,
    many.map((text) => `-${text}`),
  );
  expect(sums.tops.size).toBe(0);
  expect(sumAt(sums, 0)).toBe(0n);
});

test('the sign of payments − usage + adjustments, and of what they differ by with a limit, is exact from limbs alone', () => {
  const small = fc.constantFrom('0', '0.0000000001', '1', '9999.9999999999', '10000', '999999999999999999.9999999999');
  fc.assert(
    fc.property(
      fc.array(small, { minLength: 7, maxLength: 7 }),
      fc.array(fc.constantFrom(1, -1), { minLength: 7, maxLength: 7 }),
      (texts, signs) => {
        const parts = texts.map((text) => limbsOf(parseAmount(text)));
        const high = parts.reduce((sum, part, index) => sum + part.high * (signs[index] ?? 1), 0);
        const low = parts.reduce((sum, part, index) => sum + part.low * (signs[index] ?? 1), 0);
        const expected = texts.reduce(
          (sum, text, index) => sum.plus(new Exact(text).times(signs[index] ?? 1)),
          new Exact(0),
        );
        expect(signOf(high, low)).toBe(expected.cmp(0));
      },
    ),
  );
});
