import Decimal from 'decimal.js';
import fc from 'fast-check';
import { formatAmount } from '@tollgate/money';
import { roundingModes } from '@tollgate/balance';
import type { Terms } from '@tollgate/balance';
import { chargeOf } from './charge';

const Exact = Decimal.clone({ precision: 200 });
const decimalModes = {
  up: Decimal.ROUND_UP,
  down: Decimal.ROUND_DOWN,
  'half-up': Decimal.ROUND_HALF_UP,
  'half-even': Decimal.ROUND_HALF_EVEN,
} as const satisfies Record<Terms['rounding']['mode'], Decimal.Rounding>;

type Given = {
  price: { perMinute: string; connectFee?: string | undefined; initialSeconds: number; incrementSeconds: number };
  seconds: number;
  mode: Terms['rounding']['mode'];
  digits: number;
  minimumCharge: string | undefined;
};

/** Step by step, and by another library: a step is begun, or it is not. */
const slowCharge = ({ price, seconds, mode, digits, minimumCharge = '0' }: Given): string => {
  const { perMinute, connectFee = '0', initialSeconds, incrementSeconds } = price;
  if (seconds === 0 || new Exact(perMinute).plus(connectFee).isZero()) return '0';
  let billed = initialSeconds;
  while (billed < seconds) billed += incrementSeconds;
  let sixtieths = new Exact(connectFee).times(60);
  for (let second = 0; second < billed; second += 1) sixtieths = sixtieths.plus(perMinute);
  const due = Exact.max(sixtieths.dividedBy(60), minimumCharge);
  return due.toDecimalPlaces(digits, decimalModes[mode]).toFixed();
};

const amount = fc
  .tuple(
    fc.constantFrom('0', '1', '12', '0', '999999'),
    fc.constantFrom('', '.5', '.01', '.0000000001', '.3333333333', '.025'),
  )
  .map(([whole, fraction]) => whole + fraction);
const price = fc.record({
  perMinute: amount,
  connectFee: fc.option(amount, { nil: undefined }),
  initialSeconds: fc.integer({ min: 1, max: 90 }),
  incrementSeconds: fc.integer({ min: 1, max: 90 }),
});

test('a charge is what counting second by second in decimals gives, in every rounding', () => {
  fc.assert(
    fc.property(
      fc.record({
        price,
        seconds: fc.integer({ min: 0, max: 400 }),
        mode: fc.constantFrom(...roundingModes),
        digits: fc.integer({ min: 0, max: 10 }),
        minimumCharge: fc.option(amount, { nil: undefined }),
      }),
      (given) => {
        const { mode, digits, minimumCharge } = given;
        const charge = chargeOf(given.price, given.seconds, { rounding: { mode, digits }, minimumCharge });
        expect(formatAmount(charge)).toBe(slowCharge(given));
      },
    ),
    { numRuns: 500 },
  );
});

test.each([
  ['up', 2, '0.02'],
  ['down', 2, '0.01'],
  ['half-up', 3, '0.013'],
  ['half-even', 3, '0.012'],
] as const)('0.0125 rounded %s to %d digits is %s', (mode, digits, expected) => {
  const price = { perMinute: '0.0125', initialSeconds: 60, incrementSeconds: 60 };
  expect(formatAmount(chargeOf(price, 1, { rounding: { mode, digits } }))).toBe(expected);
});
