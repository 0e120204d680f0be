/** An exact decimal amount of one currency, counted in 10⁻¹⁰ of its unit: 1.5 EUR is 15_000_000_000n (DESIGN 2.7). */
export type Amount = bigint;

const fractionDigits = 10;

/** What an unsigned amount looks like in JSON (DESIGN 2.7): at most 18 digits, a point, at most 10 digits. */
export const amountPattern = /^(0|[1-9][0-9]{0,17})(\.[0-9]{1,10})?$/;

/** As `amountPattern`, with a leading minus allowed: only for fields that are signed. */
export const signedAmountPattern = /^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,10})?$/;

/** Exact value of a JSON amount, signed or not. Throws `RangeError` on any other text: callers validate at the edge. */
export const parseAmount = (text: string): Amount => {
  if (!signedAmountPattern.test(text)) throw new RangeError(`not an amount: ${JSON.stringify(text)}`);
  return valueOf(text);
};

const sumPattern = /^-?(0|[1-9][0-9]*)(\.[0-9]{1,10})?$/;

/** Exact value of a sum as `formatAmount` writes it, which may have more digits than an amount. Throws `RangeError` on any other text. */
export const parseSum = (text: string): Amount => {
  if (!sumPattern.test(text)) throw new RangeError(`not a sum: ${JSON.stringify(text)}`);
  return valueOf(text);
};

const valueOf = (text: string): Amount => {
  const point = text.indexOf('.');
  if (point === -1) return BigInt(text + '0000000000');
  return BigInt(text.slice(0, point) + text.slice(point + 1).padEnd(fractionDigits, '0'));
};

/** Shortest exact decimal text: `-12.5`, `0`, never an exponent, a trailing zero or a minus zero. Sums may exceed 18 digits. */
export const formatAmount = (amount: Amount): string => {
  const isNegative = amount < 0n;
  const digits = (isNegative ? -amount : amount).toString().padStart(fractionDigits + 1, '0');
  const whole = (isNegative ? '-' : '') + digits.slice(0, -fractionDigits);
  const fraction = digits.slice(-fractionDigits);
  let end = fractionDigits;
  while (fraction.charCodeAt(end - 1) === 48) end -= 1;
  return end === 0 ? whole : `${whole}.${fraction.slice(0, end)}`;
};
