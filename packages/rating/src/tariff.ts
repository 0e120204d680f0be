import type { Price, Tariff } from '@tollgate/balance';
import { chargeOf, upward } from './charge';
import { pricingOf, secondsInMinute } from './pricing';

/** What a call costs at a price, rounded up in its last digit, so that what is held for a call is never below what it costs. */
export const tariffOf = (price: Price): Tariff => {
  const { initialSeconds, incrementSeconds } = price;
  const { minute, fee, isFree } = pricingOf(price);
  return {
    priceOf: (seconds) => chargeOf(price, seconds, upward),
    secondsPaidBy: (amount) => {
      if (isFree) return Infinity;
      const left = amount - fee;
      if (left < 0n) return 0;
      if (minute === 0n) return Infinity;
      const afterInitial = (left * secondsInMinute) / minute - BigInt(initialSeconds);
      if (afterInitial < 0n) return 0;
      const increments = afterInitial / BigInt(incrementSeconds);
      return Number(increments * BigInt(incrementSeconds)) + initialSeconds;
    },
  };
};
