import { formatAmount, parseAmount } from '@tollgate/money';
import type { AccountEvent } from './account-event';
import type { CallRate, Restoration } from './authorization';
import { priceHeld } from './grant';
import type { Tariff } from './grant';
import type { Reservation } from './reservation';

type Usage = Extract<AccountEvent, { type: 'UsageCharged' }>;

/** The call that usage was of, if it was charged instead of what was held for it, and was not its last. */
export const reducedBy = (entry: AccountEvent | undefined): string | undefined =>
  entry?.type === 'UsageCharged' && entry.metadata.authorization?.state === 'reduced'
    ? entry.data.authorizationId
    : undefined;

/**
 * What is held for a call once usage that reduced it is taken back: the same more, but never above what the seconds granted cost. So
 * what is available grows by no less than what is held.
 */
export const restorationOf = (own: Reservation, { data }: Usage, tariffOf: (rate: CallRate) => Tariff): Restoration => {
  const { authorizationId, reserved, charged, rate, grantedSeconds } = own;
  const amount = parseAmount(data.amount);
  if (rate === undefined || grantedSeconds === null) return { authorizationId, reserved: formatAmount(reserved) };
  const whole = priceHeld(tariffOf(rate), grantedSeconds, charged - amount);
  const more = reserved + amount;
  return { authorizationId, reserved: formatAmount(more < whole ? more : whole) };
};
