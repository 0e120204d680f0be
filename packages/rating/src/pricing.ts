import type { Price } from '@tollgate/balance';
import { parseAmount } from '@tollgate/money';
import type { Amount } from '@tollgate/money';

/** A price a minute times seconds is in sixtieths of an amount: whole numbers, until it is rounded. */
export const secondsInMinute = 60n;

/** What a price says of one call, before anything is rounded. */
export type Pricing = {
  minute: Amount;
  fee: Amount;
  isFree: boolean;
  /** The seconds that a call of so many is charged for: the initial ones, then whole increments. */
  billedSeconds(seconds: number): number;
  /** Sixtieths of what a call of so many whole seconds costs, exact; 0 where there was none, else with the fee. */
  sixtieths(seconds: number): bigint;
};

const createPricing = ({ perMinute, connectFee = '0', initialSeconds, incrementSeconds }: Price): Pricing => {
  const minute = parseAmount(perMinute);
  const fee = parseAmount(connectFee);
  const billedSeconds = (seconds: number): number =>
    seconds <= initialSeconds
      ? initialSeconds
      : initialSeconds + Math.ceil((seconds - initialSeconds) / incrementSeconds) * incrementSeconds;
  return {
    minute,
    fee,
    isFree: minute === 0n && fee === 0n,
    billedSeconds,
    sixtieths: (seconds) => (seconds <= 0 ? 0n : minute * BigInt(billedSeconds(seconds)) + fee * secondsInMinute),
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
