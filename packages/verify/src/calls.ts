import type { Decimal } from 'decimal.js';
import type { Event, Fields } from './event';
import { isFields } from './event';
import { Exact, amountIn } from './rule';
import type { Balance, Rule } from './rule';

type Call = { direction: unknown; reserved: Decimal };

/** What is held for the calls of an account, by authorization. */
export type Calls = Map<string, Call>;

const unlessNothing = (call: Call): Call | undefined => (call.reserved.isZero() ? undefined : call);

/** What an event leaves held for its call; nothing once that is over, and no amount where it names none. */
const leaves = new Map<string, (call: Call, data: Fields) => Call | undefined>([
  ['ReservationExtended', (call, { grant }) => ({ ...call, reserved: reservedIn(grant) })],
  ['ReservationReleased', (call, data) => unlessNothing({ ...call, reserved: reservedIn(data) })],
  ['ReservationExpired', unlessNothing],
]);

export const isAboutCall = (type: string): boolean => type === 'ReservationPlaced' || leaves.has(type);

/** Takes in an event about a call; what is wrong with it, if something is. */
export const followCall = (calls: Calls, { type, data }: Event): string[] => {
  const id = String(data['authorizationId']);
  const before = calls.get(id);
  if (type === 'ReservationPlaced') {
    calls.set(id, { direction: data['direction'], reserved: reservedIn(data['grant']) });
    return before === undefined ? [] : [`authorization ${id} is placed twice`];
  }
  if (before === undefined) return [`${type} of authorization ${id}, for which nothing is held`];
  keep(calls, id, leaves.get(type)?.(before, data));
  return [];
};

/** Usage that names a call of its direction counts instead of what is held for it; the last ends it. */
export const settleCall = (calls: Calls, { direction, amount, authorizationId, final = true }: Fields): void => {
  const id = String(authorizationId);
  const call = calls.get(id);
  if (call === undefined || call.direction !== direction) return;
  const left = call.reserved.minus(amountIn(amount) ?? 0);
  keep(calls, id, final === false ? { ...call, reserved: Exact.max(0, left) } : undefined);
};

/** A reversal of usage that was not the last of its call: no more is held again than it takes back. What is wrong with it, if something is. */
export const restoreCall = (calls: Calls, { restored, reversed }: Event): string[] => {
  if (restored === undefined) return [];
  const id = String(restored['authorizationId']);
  const call = calls.get(id);
  if (call === undefined) return [`authorization ${id} is restored, and nothing is held for it`];
  const reserved = reservedIn(restored);
  calls.set(id, { ...call, reserved });
  const most = call.reserved.plus(amountIn(reversed?.amount) ?? 0);
  return reserved.gte(call.reserved) && reserved.lte(most)
    ? []
    : [
        `authorization ${id} is restored from ${call.reserved.toFixed()} to ${reserved.toFixed()}, by ${String(reversed?.amount)}`,
      ];
};

/** What is held for calls that lower a balance. */
export const heldOf = (calls: Calls, balance: Balance, { isNetCredit }: Rule): Decimal => {
  const lowering = balance === 'mutual' ? (isNetCredit ? 'inbound' : 'outbound') : balance;
  return [...calls.values()]
    .filter(({ direction }) => direction === lowering)
    .reduce((sum, { reserved }) => sum.plus(reserved), new Exact(0));
};

const reservedIn = (value: unknown): Decimal => (isFields(value) && amountIn(value['reserved'])) || new Exact(0);

const keep = (calls: Calls, id: string, call: Call | undefined): void => {
  if (call === undefined) calls.delete(id);
  else calls.set(id, call);
};
