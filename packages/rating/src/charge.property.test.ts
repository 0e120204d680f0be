import fc from 'fast-check';
import { formatAmount } from '@tollgate/money';
import { chargeOf, roundingModes } from './charge';
import type { RoundingMode } from './charge';

/** Amounts as whole numbers of ten-billionths, and a minute as its seconds: no decimals, no library. */
const unitsInOne = 10n ** 10n;
const unitsOf = (text: string): bigint => {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole) * unitsInOne + BigInt(fraction.padEnd(10, '0'));
};

type Given = {
  price: { perMinute: string; connectFee?: string | undefined; initialSeconds: number; incrementSeconds: number };
  seconds: number;
  mode: RoundingMode;
  digits: number;
  minimumCharge: string | undefined;
};

/** Second by second: a step is begun, or it is not. */
const slowUnits = ({ price, seconds, mode, digits, minimumCharge = '0' }: Given): bigint => {
  const [minute, fee] = [unitsOf(price.perMinute), unitsOf(price.connectFee ?? '0')];
  if (seconds === 0 || (minute === 0n && fee === 0n)) return 0n;
  let billed = price.initialSeconds;
  while (billed < seconds) billed += price.incrementSeconds;
  let sixtieths = fee * 60n;
  for (let second = 0; second < billed; second += 1) sixtieths += minute;
  const least = unitsOf(minimumCharge) * 60n;
  if (least > sixtieths) sixtieths = least;
  const step = 60n * 10n ** BigInt(10 - digits);
  const rest = sixtieths % step;
  const below = sixtieths / step;
  const isOdd = below % 2n === 1n;
  const isUp = {
    up: rest > 0n,
    down: false,
    'half-up': rest * 2n >= step,
    'half-even': rest * 2n > step || (rest * 2n === step && isOdd),
  }[mode];
  return (below + (isUp ? 1n : 0n)) * 10n ** BigInt(10 - digits);
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

test('a charge is what counting second by second in whole numbers gives, in every rounding', () => {
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
        expect(unitsOf(formatAmount(charge))).toBe(slowUnits(given));
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
