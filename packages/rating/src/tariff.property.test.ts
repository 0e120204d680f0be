import fc from 'fast-check';
import { roundingModes } from '@tollgate/balance';
import { parseAmount } from '@tollgate/money';
import { chargeOf } from './charge';
import { tariffOf } from './index';

const amount = fc
  .tuple(
    fc.constantFrom('0', '1', '12', '0', '0'),
    fc.constantFrom('', '.5', '.01', '.0000000001', '.3333333333', '.6'),
  )
  .map(([whole, fraction]) => whole + fraction);
const price = fc.record({
  perMinute: amount,
  connectFee: fc.option(amount, { nil: undefined }),
  initialSeconds: fc.integer({ min: 1, max: 60 }),
  incrementSeconds: fc.integer({ min: 1, max: 60 }),
});

test('an amount pays so many seconds and not an increment more, and they end with an increment', () => {
  fc.assert(
    fc.property(price, amount, fc.integer({ min: 0, max: 500 }), (price, text, seconds) => {
      const { priceOf, secondsPaidBy } = tariffOf(price);
      const money = parseAmount(text);
      const paid = secondsPaidBy(money);
      if (paid === Infinity) {
        expect(priceOf(86_400)).toBe(priceOf(1));
        return;
      }
      if (paid > 0) {
        expect(priceOf(paid) <= money).toBe(true);
        expect((paid - price.initialSeconds) % price.incrementSeconds).toBe(0);
      }
      expect(priceOf(paid + 1) > money).toBe(true);
      expect(priceOf(seconds) <= priceOf(seconds + 1)).toBe(true);
    }),
  );
});

const terms = fc.record({
  rounding: fc.record({ mode: fc.constantFrom(...roundingModes), digits: fc.integer({ min: 0, max: 10 }) }),
  minimumCharge: fc.option(amount, { nil: undefined }),
});

test('by a partner’s terms too, what an amount pays is charged no more than it, and is held', () => {
  fc.assert(
    fc.property(price, terms, fc.tuple(amount, fc.nat(3_600)), (price, terms, [text, seconds]) => {
      const { priceOf, secondsPaidBy } = tariffOf({ ...price, terms });
      const money = parseAmount(text);
      const paid = secondsPaidBy(money);
      if (paid > 0 && paid !== Infinity) expect(chargeOf(price, paid, terms) <= money).toBe(true);
      if (paid === Infinity)
        expect(chargeOf(price, 86_400, terms) <= money || chargeOf(price, 1, terms) === 0n).toBe(true);
      expect(priceOf(seconds)).toBe(chargeOf(price, seconds, terms));
      expect(priceOf(seconds) <= priceOf(seconds + 1)).toBe(true);
    }),
  );
});

test('a call shorter than its minimum charge is not granted on less than that', () => {
  const { secondsPaidBy } = tariffOf({
    ...{ perMinute: '0.6', initialSeconds: 1, incrementSeconds: 1 },
    terms: { rounding: { mode: 'half-up', digits: 2 }, minimumCharge: '1' },
  });
  expect([secondsPaidBy(parseAmount('0.99')), secondsPaidBy(parseAmount('1'))]).toEqual([0, 100]);
});

test.each([
  ['per second', { perMinute: '0.6', initialSeconds: 1, incrementSeconds: 1 }, 30, '0.3'],
  ['the first minute whole', { perMinute: '0.6', initialSeconds: 60, incrementSeconds: 60 }, 1, '0.6'],
  ['then in minutes', { perMinute: '0.6', initialSeconds: 60, incrementSeconds: 60 }, 61, '1.2'],
  ['30/6', { perMinute: '0.6', initialSeconds: 30, incrementSeconds: 6 }, 31, '0.36'],
  ['with a fee', { perMinute: '0.6', connectFee: '0.1', initialSeconds: 1, incrementSeconds: 1 }, 30, '0.4'],
  ['rounded up, once', { perMinute: '0.1', initialSeconds: 1, incrementSeconds: 1 }, 1, '0.0016666667'],
  ['what is no call', { perMinute: '0.6', connectFee: '0.1', initialSeconds: 60, incrementSeconds: 60 }, 0, '0'],
] as const)('a call is priced %s', (...[, price, seconds, expected]) => {
  expect(tariffOf(price).priceOf(seconds)).toBe(parseAmount(expected));
});

test('where another price may come to apply, an amount pays at the dearest for the length of the call', () => {
  fc.assert(
    fc.property(
      price,
      fc.array(price, { maxLength: 3 }),
      fc.tuple(amount, fc.nat(500)),
      (price, later, [text, seconds]) => {
        const all = [price, ...later].map((one) => tariffOf(one));
        const { priceOf, secondsPaidBy } = tariffOf({ ...price, later });
        const money = parseAmount(text);
        expect(all.every((one) => one.priceOf(seconds) <= priceOf(seconds))).toBe(true);
        expect(all.some((one) => one.priceOf(seconds) === priceOf(seconds))).toBe(true);
        expect(secondsPaidBy(money)).toBe(Math.min(...all.map((one) => one.secondsPaidBy(money))));
      },
    ),
  );
});
