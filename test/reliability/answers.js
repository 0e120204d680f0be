// @ts-check
'use strict';
const { isDeepStrictEqual } = require('node:util');

/** @typedef {import('./oracle').Oracle} Oracle */
/**
 * What was called and how it was answered: `body` as it was sent, for a rule `{accountId, rule}`; `after` is a position that the call
 * came after.
 * @typedef {{ kind: string, body: any, after: number, answer: { revision?: number, duplicate?: boolean, code?: string } }} Told
 */

/** What the event of an acknowledgement must hold. @param {any} event @param {Told} told */
const isAsTold = ({ type, data, stream, revision }, { kind, body, answer }) => {
  if (stream !== `account-${body.accountId}` || revision !== answer.revision) return false;
  if (kind !== 'rule') return isDeepStrictEqual(data, body);
  // The rule that was in force already is that of the opening, or of the last change.
  return type === 'CutoffChanged'
    ? isDeepStrictEqual(data, body.rule)
    : answer.duplicate === true && isDeepStrictEqual(data.cutoff, body.rule);
};

/** Whether the log bears out why something was refused. @param {Oracle} oracle @param {Told} told */
const isRightlyRefused = (oracle, told) => {
  const { kind, body, answer } = told;
  if (kind === 'opening')
    return answer.code === 'ACCOUNT_EXISTS' && !isDeepStrictEqual(oracle.openings.get(body.accountId), body);
  const entry = oracle.entries.get(`${kind} ${body.accountId} ${body[`${kind}Id`]}`);
  if (answer.code === 'ID_CONFLICT') return entry !== undefined && !isDeepStrictEqual(entry.data, body);
  return kind === 'reversal' && isRightlyNotReversed(oracle, told, entry);
};

/** What was missing may have come later, and the same reversal then have counted. @param {Oracle} oracle @param {Told} told @param {any} reversal */
const isRightlyNotReversed = (oracle, { body: { accountId, of }, after, answer: { code } }, reversal) => {
  const original = oracle.entries.get(`${of.kind} ${accountId} ${of.id}`);
  if (code === 'ALREADY_REVERSED') return reversal === undefined && original?.isReversed === true;
  const isLater = (/** @type {any} */ entry) => entry === undefined || Number(entry.position) > after;
  return code === 'ORIGINAL_NOT_FOUND' && isLater(original) && isLater(reversal);
};

module.exports = { isAsTold, isRightlyRefused };
