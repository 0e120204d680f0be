import type { CallRate, Tariff } from '@tollgate/balance';
import { parseAmount } from '@tollgate/money';
import { chargeOf, stepOf, upward } from './charge';
import { pricingOf, secondsInMinute } from './pricing';

/**
 * What a call costs by its partner's terms, at the dearest for its length of the prices that may come to apply to it; without terms rounded
 * up in its last digit: what is held is never below the charge.
 */
export const tariffOf = (rate: CallRate): Tariff => {
  const first = tariffAt(rate);
  const { later = [] } = rate;
  if (later.length === 0) return first;
  const all = [first, ...later.map((price) => tariffAt({ ...price, terms: rate.terms }))];
  return {
    priceOf: (seconds) =>
      all.map(({ priceOf }) => priceOf(seconds)).reduce((one, other) => (one > other ? one : other)),
    secondsPaidBy: (amount) => Math.min(...all.map(({ secondsPaidBy }) => secondsPaidBy(amount))),
  };
};

const tariffAt = (rate: CallRate): Tariff => {
  const { initialSeconds, incrementSeconds, terms = upward } = rate;
  const { minute, fee, isFree } = pricingOf(rate);
  const step = stepOf(terms.rounding.digits);
  const least = parseAmount(terms.minimumCharge ?? '0');
  return {
    priceOf: (seconds) => chargeOf(rate, seconds, terms),
    secondsPaidBy: (amount) => {
      if (isFree) return Infinity;
      // What is exactly no more than this is no more once it is rounded, however that is done.
      const payable = amount - (((amount % step) + step) % step);
      const left = payable - fee;
      if (left < 0n || payable < least) return 0;
      if (minute === 0n) return Infinity;
      const afterInitial = (left * secondsInMinute) / minute - BigInt(initialSeconds);
      if (afterInitial < 0n) return 0;
      const increments = afterInitial / BigInt(incrementSeconds);
      return Number(increments * BigInt(incrementSeconds)) + initialSeconds;
    },
  };
};
