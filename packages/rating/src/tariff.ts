import Decimal from 'decimal.js';
import type { Price, Tariff } from '@tollgate/balance';
import { formatAmount, parseAmount } from '@tollgate/money';
import type { Amount } from '@tollgate/money';

/** Wide enough for the product of any amount and any number of seconds. */
const Exact = Decimal.clone({ precision: 60 });

const secondsInMinute = 60;
const fractionDigits = 10;

/**
 * What a call costs at a price. Rounded once, where a call's whole price becomes an amount: up, in its tenth digit after the point, so
 * that what is held for a call is never below what it costs.
 */
export const tariffOf = ({ perMinute, connectFee = '0', initialSeconds, incrementSeconds }: Price): Tariff => {
  const minute = new Exact(perMinute);
  const fee = new Exact(connectFee);
  const isFree = minute.isZero() && fee.isZero();

  const billed = (seconds: number): number =>
    seconds <= initialSeconds
      ? initialSeconds
      : initialSeconds + Math.ceil((seconds - initialSeconds) / incrementSeconds) * incrementSeconds;

  const priceOf = (seconds: number): Amount => {
    if (seconds <= 0) return 0n;
    const price = minute.times(billed(seconds)).dividedBy(secondsInMinute).plus(fee);
    return parseAmount(price.toDecimalPlaces(fractionDigits, Exact.ROUND_UP).toFixed());
  };

  return {
    priceOf,
    secondsPaidBy: (amount) => {
      if (isFree) return Infinity;
      const left = new Exact(formatAmount(amount)).minus(fee);
      if (left.isNegative()) return 0;
      if (minute.isZero()) return Infinity;
      const seconds = left.times(secondsInMinute).dividedToIntegerBy(minute);
      if (seconds.lessThan(initialSeconds)) return 0;
      const increments = seconds.minus(initialSeconds).dividedToIntegerBy(incrementSeconds);
      return increments.times(incrementSeconds).plus(initialSeconds).toNumber();
    },
  };
};
