import type { Price, Terms } from '@tollgate/balance';
import { formatAmount } from '@tollgate/money';
import { chargedSeconds, rateLeg } from './leg';
import type { LegCall, LegRating } from './leg';
import { pricingOf, secondsInMinute } from './pricing';
import type { Rate } from './deck';

/** Lines for people: by which price a leg costs what it costs; none where it has no price. */
export const explainLeg = (rating: LegRating, call: LegCall): string[] => {
  const rated = rateLeg(rating, call);
  const price = rated.ok ? rated.match.rate.price : undefined;
  if (!rated.ok || price === undefined) return [];
  const { match, amount } = rated;
  return [
    `deck ${rating.name}, prefix ${match.prefix}${validity(match.rate)}: ${priceText(price)}`,
    ...sumText(price, chargedSeconds(call.durationMs)),
    ...termsText(rating.terms),
    `is ${amount} ${rated.currency}`,
  ];
};

const priceText = ({ perMinute, connectFee, initialSeconds, incrementSeconds }: Price): string => {
  const fee = connectFee === undefined ? '' : ` and ${connectFee} for the call`;
  return `${perMinute} a minute${fee}, ${String(initialSeconds)} s at least, then in steps of ${String(incrementSeconds)} s`;
};

const validity = ({ from, to }: Rate): string => {
  const begins = from === -Infinity ? '' : ` from ${new Date(from).toISOString()}`;
  const ends = to === Infinity ? '' : ` until ${new Date(to).toISOString()}`;
  return begins + ends;
};

const sumText = (price: Price, seconds: number): string[] => {
  if (seconds <= 0) return ['it was not answered, or ended at once: it costs nothing'];
  const { isFree, billedSeconds, sixtieths, fee } = pricingOf(price);
  if (isFree) return ['calls there are free'];
  const billed = String(billedSeconds(seconds));
  const plus = fee === 0n ? '' : ` + ${formatAmount(fee)}`;
  const sum = sixtieths(seconds);
  const isExact = sum % secondsInMinute === 0n;
  const exact = `${formatAmount(sum / secondsInMinute)}${isExact ? '' : '…'}`;
  return [
    `${String(seconds)} s begun count as ${billed} s: ${billed} / ${String(secondsInMinute)} × ${price.perMinute}${plus} = ${exact}`,
  ];
};

const termsText = ({ rounding: { mode, digits }, minimumCharge }: Terms): string[] => [
  ...(minimumCharge === undefined ? [] : [`${minimumCharge} at least, where it is not free`]),
  `rounded ${mode} to ${String(digits)} digits after the point`,
];
