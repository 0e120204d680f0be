import Decimal from 'decimal.js';
import fc from 'fast-check';
import { formatAmount, parseAmount } from './index';

const Exact = Decimal.clone({ precision: 80 });
const amountText = fc.stringMatching(/^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,10})?$/);

test('sums agree with an independent decimal library, to the last digit', () => {
  fc.assert(
    fc.property(fc.array(amountText, { maxLength: 50 }), (texts) => {
      const sum = texts.reduce((total, text) => total + parseAmount(text), 0n);
      const expected = texts.reduce((total, text) => total.plus(text), new Exact(0));
      expect(new Exact(formatAmount(sum)).equals(expected)).toBe(true);
    }),
  );
});

test('formatting is the shortest text of the same value', () => {
  fc.assert(
    fc.property(amountText, (text) => {
      const shortest = formatAmount(parseAmount(text));
      expect(new Exact(shortest).equals(new Exact(text))).toBe(true);
      expect(shortest).toBe(new Exact(text).plus(0).toFixed());
    }),
  );
});
