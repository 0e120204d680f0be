import { formatAmount, parseAmount } from '@tollgate/money';
import type { Amount } from '@tollgate/money';
import { isCallEvent } from './account-event';
import type { AccountEvent } from './account-event';
import type { CallRate, Grant, Settlement } from './authorization';
import type { Direction, Usage } from './entry';

/** What is held for one call, as the fold of its events. */
export type Reservation = {
  readonly authorizationId: string;
  readonly direction: Direction;
  readonly callId?: string | undefined;
  readonly rate?: CallRate | undefined;
  /** From the answer; null is no limit. */
  readonly grantedSeconds: number | null;
  readonly reserved: Amount;
  /** By usage of this call that was not its last. */
  readonly charged: Amount;
  readonly placedAt: string;
  /** Absent once the call has ended: what is held then stays until its usage comes. */
  readonly expiresAt?: string | undefined;
  /** Since when its usage is waited for. */
  readonly endedAt?: string | undefined;
  /** Nobody told of its end: what was granted was over. */
  readonly isExpired?: true | undefined;
};

/** The id of the authorization whose reservation an event changes; absent for any other event. */
export const reservationIdOf = (event: AccountEvent): string | undefined => {
  if (isCallEvent(event)) return event.data.authorizationId;
  if (event.type === 'EntryReversed') return event.metadata.restored?.authorizationId;
  return event.type === 'UsageCharged' && isSettling(event.metadata.authorization)
    ? (event.unread ?? event.data).authorizationId
    : undefined;
};

const isSettling = (settlement: Settlement | undefined): boolean =>
  settlement?.state === 'settled' || settlement?.state === 'reduced';

/** What is held after one more event of a call; nothing once it is over. Throws where the events contradict each other. */
export const reservationAfter = (before: Reservation | undefined, event: AccountEvent): Reservation | undefined => {
  if (event.type === 'ReservationPlaced') {
    if (before !== undefined) throw new Error(`authorization ${event.data.authorizationId} is placed twice`);
    return placed(event);
  }
  if (before === undefined) throw new Error(`${event.type} is about a call for which nothing is held`);
  if (event.type === 'UsageCharged') return afterUsage(before, event.data);
  if (event.type === 'EntryReversed') return afterReversal(before, event);
  if (!isCallEvent(event)) throw new Error(`${event.type} is about no call`);
  switch (event.type) {
    case 'ReservationExtended':
      return { ...before, ...granted(event.data.grant) };
    case 'ReservationReleased':
      return ended(before, { reserved: parseAmount(event.data.reserved), endedAt: event.metadata.source.receivedAt });
    case 'ReservationExpired':
      return ended(before, {
        reserved: before.reserved,
        endedAt: event.metadata.source.receivedAt,
        isExpired: true,
      });
  }
};

type Of<Type extends AccountEvent['type']> = Extract<AccountEvent, { type: Type }>;

const placed = ({ data, metadata }: Of<'ReservationPlaced'>): Reservation => {
  const { authorizationId, direction, callId, rate, grant } = data;
  const { receivedAt: placedAt } = metadata.source;
  return { authorizationId, direction, callId, rate, charged: 0n, placedAt, ...granted(grant) };
};

/** What is held of a call that has ended stays until its usage comes. */
const ended = (
  before: Reservation,
  { reserved, endedAt, isExpired }: Pick<Reservation, 'reserved' | 'endedAt' | 'isExpired'>,
): Reservation | undefined =>
  reserved === 0n ? undefined : { ...before, reserved, expiresAt: undefined, endedAt, isExpired };

const granted = ({ seconds, reserved, expiresAt }: Grant) => ({
  grantedSeconds: seconds,
  reserved: parseAmount(reserved),
  expiresAt,
});

/** Usage is the last of its call unless it says otherwise. */
const afterUsage = (before: Reservation, { amount, final = true }: Usage): Reservation | undefined => {
  if (final) return undefined;
  const charged = parseAmount(amount);
  return { ...before, reserved: atLeastZero(before.reserved - charged), charged: before.charged + charged };
};

/** What was charged for a call so far is so no more; what it does to what is held, the reversal says. */
const afterReversal = (before: Reservation, { metadata: { reversed, restored } }: Of<'EntryReversed'>): Reservation => {
  if (restored === undefined) throw new Error('a reversal that restores nothing is about no call');
  const charged = before.charged - parseAmount(reversed.amount);
  if (charged < 0n) throw new Error(`more is taken back than was charged for ${before.authorizationId}`);
  return { ...before, reserved: parseAmount(restored.reserved), charged };
};

/** What usage that names a call does to what is held for it. */
export const settlementOf = (held: Reservation | undefined, usage: Usage, wasGranted: boolean): Settlement => {
  if (held === undefined) return { state: wasGranted ? 'ended' : 'unknown' };
  if (held.direction !== usage.direction) return { state: 'unknown' };
  const state = usage.final === false ? 'reduced' : 'settled';
  const overrun = parseAmount(usage.amount) - held.reserved;
  return overrun > 0n && held.grantedSeconds !== null ? { state, overrun: formatAmount(overrun) } : { state };
};

/** What is held for the calls of one account, and how many of them have not ended. */
export type Held = { reserved: Record<Direction, Amount>; calls: Record<Direction, number>; unsettled: number };

export const nothingHeld = (): Held => ({
  reserved: { inbound: 0n, outbound: 0n },
  calls: { inbound: 0, outbound: 0 },
  unsettled: 0,
});

/** Counts what a call has changed from and to. */
export const countHeld = (held: Held, before: Reservation | undefined, after: Reservation | undefined): void => {
  if (before !== undefined) add(held, before, -1);
  if (after !== undefined) add(held, after, 1);
};

const add = (held: Held, { direction, reserved, endedAt }: Reservation, times: 1 | -1): void => {
  held.reserved[direction] += times === 1 ? reserved : -reserved;
  if (endedAt === undefined) held.calls[direction] += times;
  else held.unsettled += times;
};

export const atLeastZero = (amount: Amount): Amount => (amount < 0n ? 0n : amount);
