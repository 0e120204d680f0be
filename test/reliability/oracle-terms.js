// @ts-check
'use strict';
const { createHash } = require('node:crypto');
const { default: Decimal } = require('decimal.js');

/** What the oracle knows of DESIGN sections 2 and 3, in its own words: it shares none with the product. */
const Exact = Decimal.clone({ precision: 60 });
const balances = ['inbound', 'outbound', 'mutual'];
const guarded = { inbound: 'inbound', outbound: 'outbound', mutual: 'inbound' };

/** A broken promise, with the promise's number (DESIGN 8). */
class Violation extends Error {}

/** @param {unknown} isHeld @param {string} promise */
const hold = (isHeld, promise) => {
  if (!isHeld) throw new Violation(promise);
};

const kinds = {
  PaymentRecorded: 'payment',
  UsageCharged: 'usage',
  BalanceAdjusted: 'adjustment',
  EntryReversed: 'reversal',
};

const keyOf = (/** @type {any} */ { type, data }) => {
  const kind = kinds[/** @type {keyof typeof kinds} */ (type)];
  return kind && `${kind} ${data.accountId} ${data[`${kind}Id`]}`;
};

const effectOf = (/** @type {any} */ { type, data }) => {
  const amount = new Exact(data.amount);
  return type === 'UsageCharged' ? amount.negated() : amount;
};

/** The command a decision stands for (DESIGN 3). @param {any} decision */
const commandOf = ({ type, ...data }) => ({
  type: type === 'TrafficBlocked' ? 'BlockTraffic' : 'UnblockTraffic',
  commandId: commandId(`${data.accountId}/${data.direction}/${data.sequence}`),
  ...data,
});

/** UUIDv5, written from RFC 9562. @param {string} name */
const commandId = (name) => {
  const bytes = createHash('sha1').update(Buffer.from('8f6b3f0a5a1e4f5e9d0c2b7f4d1c6e35', 'hex')).update(name).digest();
  bytes.writeUInt8((bytes.readUInt8(6) % 16) + 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) % 64) + 0x80, 8);
  return [
    [0, 4],
    [4, 6],
    [6, 8],
    [8, 10],
    [10, 16],
  ]
    .map(([from, to]) => bytes.subarray(from, to).toString('hex'))
    .join('-');
};

/** Whether a message of the rigs has what its kind needs; they break whole messages, not single fields. @param {string} kind @param {any} body */
const isWellFormed = (kind, body) =>
  [`${kind}Id`, 'accountId', 'direction', 'amount', 'currency'].every((field) => typeof body?.[field] === 'string');

/** @param {Buffer} bytes */
const jsonOf = (bytes) => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
};

module.exports = {
  Exact,
  Violation,
  balances,
  commandId,
  commandOf,
  effectOf,
  guarded,
  hold,
  isWellFormed,
  jsonOf,
  keyOf,
};
