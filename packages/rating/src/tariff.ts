import type { Price, Tariff } from '@tollgate/balance';
import { formatAmount } from '@tollgate/money';
import { chargeOf, upward } from './charge';
import { Exact, pricingOf, secondsInMinute } from './pricing';

/** What a call costs at a price, rounded up in its last digit, so that what is held for a call is never below what it costs. */
export const tariffOf = (price: Price): Tariff => {
  const { initialSeconds, incrementSeconds } = price;
  const { minute, fee, isFree } = pricingOf(price);
  return {
    priceOf: (seconds) => chargeOf(price, seconds, upward),
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
