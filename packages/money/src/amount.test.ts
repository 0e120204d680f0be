import { amountPattern, formatAmount, parseAmount, parseSum, signedAmountPattern } from './index';

describe('amounts', () => {
  test.each([
    ['0', 0n],
    ['1', 10_000_000_000n],
    ['0.0000000001', 1n],
    ['-0.0000000001', -1n],
    ['-12.5', -125_000_000_000n],
    ['999999999999999999.9999999999', 9_999_999_999_999_999_999_999_999_999n],
  ])('%s is exact and comes back as itself', (text, amount) => {
    expect(parseAmount(text)).toBe(amount);
    expect(formatAmount(amount)).toBe(text);
  });

  test.each([
    ['1.50', '1.5'],
    ['100.0000000000', '100'],
    ['-0', '0'],
    ['-0.0', '0'],
    ['0.10', '0.1'],
  ])('%s is answered in its shortest form %s', (text, shortest) => {
    expect(formatAmount(parseAmount(text))).toBe(shortest);
  });

  test.each(['0', '1', '12', '0.1', '10.0123456789', '123456789012345678.5'])(
    '%j is written without a sign',
    (text) => {
      expect(amountPattern.test(text)).toBe(true);
      expect(amountPattern.test(`-${text}`)).toBe(false);
      expect(signedAmountPattern.test(`-${text}`)).toBe(true);
    },
  );

  test.each([
    '',
    ' 1',
    '1 ',
    '01',
    '1.',
    '.5',
    '+1',
    '--1',
    '1e3',
    '0x10',
    'NaN',
    'Infinity',
    '1,5',
    '1_000',
    '١',
    '1.00000000001',
    '1000000000000000000',
    '-',
    '1\n',
  ])('%j is refused', (text) => {
    expect(() => parseAmount(text)).toThrow(RangeError);
    expect(amountPattern.test(text)).toBe(false);
  });

  test.each([10n ** 40n, -(10n ** 40n) - 1n, 0n, 5n])('a sum of %i units is read as it was written', (units) => {
    expect(parseSum(formatAmount(units))).toBe(units);
  });

  test.each(['', '1.', '01', '1e3', '+1', '1.00000000001', ' 1'])('%j is no sum', (text) => {
    expect(() => parseSum(text)).toThrow(RangeError);
  });
});
