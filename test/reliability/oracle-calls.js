// @ts-check
'use strict';
const { Exact, Violation, guarded, hold } = require('./oracle-terms');

/** What is held for the calls of an account, by authorization. @typedef {Map<string, { direction: string, reserved: import('decimal.js').Decimal, charged: import('decimal.js').Decimal }>} Calls */

/** Whose calls cost a balance. @param {string} balance @param {any} rule */
const spenderOf = (balance, { mutualFormula }) =>
  balance === 'mutual' ? (mutualFormula === 'inbound-minus-outbound' ? 'inbound' : 'outbound') : balance;

/** @param {Calls} calls @param {string} direction */
const heldFor = (calls, direction) =>
  [...calls.values()].reduce(
    (sum, call) => (call.direction === direction ? sum.plus(call.reserved) : sum),
    new Exact(0),
  );

/** What is held after an event, by its type; nothing once the call is over. @type {Record<string, (call: any, data: any) => any>} */
const after = {
  ReservationExtended: (call, { grant }) => ({ ...call, reserved: new Exact(grant.reserved) }),
  ReservationReleased: (call, { reserved }) =>
    new Exact(reserved).isZero() ? undefined : { ...call, reserved: new Exact(reserved) },
  ReservationExpired: (call) => (call.reserved.isZero() ? undefined : call),
  UsageCharged: (call, { amount, final = true }) =>
    final
      ? undefined
      : {
          ...call,
          reserved: Exact.max(0, call.reserved.minus(amount)),
          charged: call.charged.plus(amount),
        },
};

/** Interim usage taken back is charged no more, and is held again as far as its call may still cost it. @param {Calls} calls @param {any} event */
const followReversal = (calls, { data, metadata: { reversed, restored } }) => {
  if (restored === undefined) return;
  const { authorizationId: id, reserved } = restored;
  const call = calls.get(id);
  if (call === undefined)
    throw new Violation(`P1: ${data.reversalId} restores ${id} of ${data.accountId}, for which nothing is held`);
  const charged = call.charged.minus(reversed.amount);
  hold(charged.gte(0), `P2: ${data.reversalId} takes back more than was charged for ${id}`);
  const isBounded = call.reserved.lte(reserved) && call.reserved.plus(reversed.amount).gte(reserved);
  hold(isBounded, `P2: ${data.reversalId} holds ${reserved} for ${id}, after ${call.reserved}`);
  calls.set(id, { ...call, charged, reserved: new Exact(reserved) });
};

/** Whether usage says that something was held for its call. @param {any} event */
const isSettling = ({ metadata }) => ['settled', 'reduced'].includes(metadata?.authorization?.state);

/** Takes in an event that may be about a call. @param {Calls} calls @param {any} event */
const followCall = (calls, event) => {
  const { type, data } = event;
  if (type === 'EntryReversed') return followReversal(calls, event);
  const { authorizationId: id } = data;
  if (type === 'ReservationPlaced') {
    hold(!calls.has(id), `P1: ${id} of ${data.accountId} is placed twice`);
    calls.set(id, { direction: data.direction, reserved: new Exact(data.grant.reserved), charged: new Exact(0) });
    return;
  }
  const next = after[type];
  if (next === undefined || (type === 'UsageCharged' && !isSettling(event))) return;
  const call = calls.get(id);
  hold(call, `P1: ${type} of ${id} of ${data.accountId}, for which nothing is held`);
  const left = next(call, data);
  if (left === undefined) calls.delete(id);
  else calls.set(id, left);
};

/**
 * No more is granted than a balance that the call lowers has left.
 * @param {any} account @param {any} event @param {(balance: string) => import('decimal.js').Decimal} available
 */
const checkGrant = ({ rule, calls }, { type, data }, available) => {
  if (type !== 'ReservationPlaced' && type !== 'ReservationExtended') return;
  const { direction } = calls.get(data.authorizationId);
  // Of a call without a limit, or one that costs nothing: whatever the balance has become since.
  if (new Exact(data.grant.reserved).isZero()) return;
  for (const balance of rule.balances) {
    const isLimiting = guarded[/** @type {'inbound'} */ (balance)] === direction;
    if (!isLimiting || spenderOf(balance, rule) !== direction) continue;
    const left = available(balance).minus(heldFor(calls, direction));
    hold(
      left.gte(0),
      `P2: ${data.authorizationId} of ${data.accountId} holds more than ${balance} has, by ${left.negated()}`,
    );
  }
};

module.exports = { checkGrant, followCall, heldFor, spenderOf };
