// @ts-check
'use strict';

/** @typedef {import('../random').Random} Random */
/** @typedef {'payment' | 'usage' | 'adjustment' | 'reversal' | 'opening'} Kind */

const remembered = 1_000;
const timeNames = ['paidAt', 'startedAt', 'endedAt', 'ratedAt'];
const mostFraction = 8;

/** A zero more at the end of a fraction. @param {string} text */
const withZero = (text) => {
  const [, whole = '', fraction = '', end = ''] = /^(.*?)(\.\d+)?(Z?|[+-]00:00)$/.exec(text) ?? [];
  return fraction.length > mostFraction ? text : `${whole}${fraction || '.'}0${end}`;
};

/** Another way to write UTC. @param {string} text */
const withOffset = (text) => text.replace(/Z$/, '-00:00').replace(/\+00:00$/, 'Z');

/** @param {any} value @returns {any} */
const withKeysReversed = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, inner]) => [key, withKeysReversed(inner)]),
      )
    : value;

/** Other text, the same meaning. @param {any} body */
const rewritten = (body) => {
  const named = ['amount', ...timeNames].filter((name) => typeof body[name] === 'string');
  return withKeysReversed({
    ...body,
    ...Object.fromEntries(named.map((name) => [name, withOffset(withZero(body[name]))])),
  });
};

/** Changes of content that leave a body valid, for the fields a body may have. @type {Record<string, (value: any) => any>} */
const changes = {
  amount: (amount) => (amount === '7' ? '8' : '7'),
  direction: (direction) => (direction === 'inbound' ? 'outbound' : 'inbound'),
  reason: (reason) => (reason === 'another' ? 'yet another' : 'another'),
  name: (name) => (name === 'Another' ? 'Yet Another' : 'Another'),
  paidAt: () => '2026-01-31T12:00:00.000000001Z',
  attributes: (attributes) => ({ ...attributes, more: 'x' }),
  of: ({ kind, id }) => ({ kind: kind === 'payment' ? 'usage' : 'payment', id }),
};
const alwaysPossible = ['paidAt', 'attributes', 'name'];
/** @type {Record<Kind, string[]>} */
const fields = {
  payment: ['amount', 'direction', 'paidAt'],
  usage: ['amount', 'direction', 'attributes'],
  adjustment: ['amount', 'direction', 'reason'],
  reversal: ['reason', 'of'],
  opening: ['name'],
};

/** Some of what was sent and is valid, to be sent again as it was, in other words or with other content, or to be reversed. @param {Random} random */
const createEarlier = (random) => {
  /** @type {Record<Kind, any[]>} */
  const pools = { payment: [], usage: [], adjustment: [], reversal: [], opening: [] };

  /** @param {Kind} kind @param {any} body */
  const changed = (kind, body) => {
    const field = random.oneOf(fields[kind].filter((name) => name in body || alwaysPossible.includes(name)));
    return { ...body, [field]: changes[field]?.(body[field]) };
  };

  return {
    /** @param {Kind} kind @param {any} body */
    remember: (kind, body) => {
      const pool = pools[kind];
      if (pool.length < remembered) pool.push(body);
      else pool[random.below(remembered)] = body;
    },
    /** The body of something sent before, maybe in another way; undefined if there was none. @param {Kind} kind */
    again: (kind) => {
      if (pools[kind].length === 0) return undefined;
      const body = random.oneOf(pools[kind]);
      return random.oneOf([() => body, () => rewritten(body), () => changed(kind, body)])();
    },
    /** What a reversal can name. */
    entry: () => {
      const kind = random.oneOf(/** @type {const} */ (['payment', 'usage', 'adjustment']));
      const body = pools[kind].length > 0 ? random.oneOf(pools[kind]) : undefined;
      return body && { of: { kind, id: body[`${kind}Id`] }, accountId: body.accountId };
    },
  };
};

module.exports = { createEarlier };
