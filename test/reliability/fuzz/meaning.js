// @ts-check
'use strict';

/** The same text for what is written the same: keys in order. @param {any} value @returns {string} */
const contentOf = (value) =>
  JSON.stringify(value, (_key, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );

/** `5.0` is `5`, and `12:00:00.50Z` is `12:00:00.5Z`: zeros at the end of a fraction say nothing. @param {string} text */
const withoutZeros = (text) => text.replace(/(\.\d*?)0+(Z?)$/, '$1$2').replace(/\.(Z?)$/, '$1');

const timeNames = ['paidAt', 'startedAt', 'endedAt', 'ratedAt'];

/** An offset of zero is Z. @param {string} text */
const inUtc = (text) => text.replace(/[+-]00:00$/, 'Z');

/** @param {any} body */
const recordMeaning = (body) => {
  const named = ['amount', ...timeNames].filter((name) => typeof body[name] === 'string');
  return { ...body, ...Object.fromEntries(named.map((name) => [name, withoutZeros(inUtc(body[name]))])) };
};

/** A rule with nothing left out (DESIGN 2.1, 2.5): its balances are a set, a limit is 0 unless set. @param {any} rule */
const ruleMeaning = (rule) => {
  const limits = ['inbound', 'outbound', 'mutual'].map((name) => [
    name,
    withoutZeros(rule?.creditLimits?.[name] ?? '0'),
  ]);
  const { countReservations, ...rest } = rule ?? {};
  return {
    ...rest,
    ...(countReservations && { countReservations }),
    balances: [...(rule?.balances ?? [])].sort(),
    creditLimits: Object.fromEntries(limits),
    mutualFormula: rule?.mutualFormula ?? 'outbound-minus-inbound',
  };
};

/**
 * The same text for bodies of one type that mean the same (DESIGN 2.9): every field counts, amounts by value, times by instant.
 * @param {string} type the event's @param {any} body
 */
const meaningOf = (type, body) => {
  if (type === 'CutoffChanged') return contentOf(ruleMeaning(body));
  // Of a closed statement the log has what came of it too.
  if (type === 'StatementClosed') return contentOf({ id: body.statementId, to: withoutZeros(inUtc(body.to)) });
  if (type === 'AccountOpened') return contentOf({ ...body, cutoff: ruleMeaning(body.cutoff) });
  return contentOf(recordMeaning(body));
};

/** @param {string} type @param {any} one @param {any} other */
const isSame = (type, one, other) => meaningOf(type, one) === meaningOf(type, other);

module.exports = { contentOf, isSame };
