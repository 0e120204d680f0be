import Decimal from 'decimal.js';
import type { Price } from '@tollgate/balance';

/** Wide enough for the product of any amount and any number of seconds. */
export const Exact = Decimal.clone({ precision: 60 });

export const secondsInMinute = 60;

/** What a price says of one call, before anything is rounded. */
export type Pricing = {
  minute: Decimal;
  fee: Decimal;
  isFree: boolean;
  /** The seconds that a call of so many is charged for: the initial ones, then whole increments. */
  billedSeconds(seconds: number): number;
  /** Of a call of so many whole seconds; 0 where there was none, else with the fee. */
  exactPrice(seconds: number): Decimal;
};

const none = new Exact(0);

const createPricing = ({ perMinute, connectFee = '0', initialSeconds, incrementSeconds }: Price): Pricing => {
  const minute = new Exact(perMinute);
  const fee = new Exact(connectFee);
  const billedSeconds = (seconds: number): number =>
    seconds <= initialSeconds
      ? initialSeconds
      : initialSeconds + Math.ceil((seconds - initialSeconds) / incrementSeconds) * incrementSeconds;
  return {
    minute,
    fee,
    isFree: minute.isZero() && fee.isZero(),
    billedSeconds,
    exactPrice: (seconds) =>
      seconds <= 0 ? none : minute.times(billedSeconds(seconds)).dividedBy(secondsInMinute).plus(fee),
  };
};

const known = new WeakMap<Price, Pricing>();

/** The prices of a deck are the same objects for every call. */
export const pricingOf = (price: Price): Pricing => {
  const found = known.get(price);
  if (found !== undefined) return found;
  const made = createPricing(price);
  known.set(price, made);
  return made;
};
