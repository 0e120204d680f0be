import { limbsOf, negate, parseLimbs, signOf } from './index';

const limbsIn = (text: string) => {
  const limbs = { high: 0, low: 0 };
  parseLimbs(text, limbs);
  return limbs;
};

describe('limbs', () => {
  test.each([
    ['0', 0, 0],
    ['-0', 0, 0],
    ['-0.0', 0, 0],
    ['1', 0, 10_000_000_000],
    ['1.5', 0, 15_000_000_000],
    ['0.0000000001', 0, 1],
    ['9999.9999999999', 0, 99_999_999_999_999],
    ['10000', 1, 0],
    ['-10000', -1, 0],
    ['-0.0000000001', -1, 99_999_999_999_999],
    ['-12345.5', -2, 76_545_000_000_000],
    ['999999999999999999.9999999999', 99_999_999_999_999, 99_999_999_999_999],
    ['-999999999999999999.9999999999', -100_000_000_000_000, 1],
  ])('of %s are exact', (text, high, low) => {
    expect(limbsIn(text)).toEqual({ high, low });
  });

  test.each([
    '',
    ' 1',
    '1 ',
    '01',
    '00',
    '-01',
    '1.',
    '-1.',
    '.5',
    '-.5',
    '+1',
    '--1',
    '1.2.3',
    '1.-5',
    '1e3',
    '0x10',
    'NaN',
    'Infinity',
    '1,5',
    '1_000',
    '١',
    '1.00000000001',
    '1000000000000000000',
    '-1000000000000000000',
    '-',
    '1\n',
    '1/0',
    '1:0',
  ])('of %j are refused, and what was parsed before stays', (text) => {
    const limbs = { high: 3, low: 4 };
    expect(() => {
      parseLimbs(text, limbs);
    }).toThrow(RangeError);
    expect(limbs).toEqual({ high: 3, low: 4 });
  });

  test('turned round twice are the same, and zero has no sign', () => {
    for (const text of ['0', '1', '-0.0000000001', '10000', '123456.789']) {
      const limbs = limbsIn(text);
      negate(limbs);
      negate(limbs);
      expect(limbs).toEqual(limbsIn(text));
    }
    const zero = limbsIn('-0');
    negate(zero);
    expect(Object.is(zero.high, 0)).toBe(true);
  });

  test('of an amount are those of its text', () => {
    expect(limbsOf(-123_455_000_000_000n)).toEqual(limbsIn('-12345.5'));
  });
});

test.each([
  [0, 0, 0],
  [0, 1, 1],
  [0, -1, -1],
  [-1, 100_000_000_000_000, 0],
  [-1, 99_999_999_999_999, -1],
  [-1, 100_000_000_000_001, 1],
  [1, -100_000_000_000_000, 0],
  [-7, 700_000_000_000_000, 0],
  [-7, 699_999_999_999_999, -1],
  [6_100_000_000_000_000, -699_999_999_999_999, 1],
])('the sign of %d limbs and %d is %d, whatever is carried', (high, low, sign) => {
  expect(signOf(high, low)).toBe(sign);
});
