// @ts-check
'use strict';

const fc = require('fast-check');

/** @typedef {{ [keyword: string]: any }} Schema */

const poolSize = 300;

/** @param {import('../random').Random} random @param {Schema} schema */
const integerOf = (random, { minimum = 0, maximum = Number.MAX_SAFE_INTEGER }) =>
  random.oneOf([minimum, maximum, minimum + random.below(1_000)].filter((value) => value <= maximum));

/**
 * Values a JSON schema of our documents allows.
 * @param {Schema} components schemas by name @param {import('../random').Random} random @param {number} seed
 */
const createValues = (components, random, seed) => {
  /** Texts of a pattern, drawn once: drawing from a pattern is slow. @type {Map<string, string[]>} */
  const pools = new Map();

  /** @param {Schema} schema */
  const poolOf = ({ pattern, not }) => {
    const key = `${pattern} ${not?.pattern}`;
    const pool = pools.get(key) ?? drawPool(pattern, not?.pattern);
    pools.set(key, pool);
    return pool;
  };

  /** @param {string} pattern @param {string | undefined} except */
  const drawPool = (pattern, except) => {
    const texts = fc.stringMatching(new RegExp(pattern)).filter((text) => !except || !new RegExp(except).test(text));
    return fc.sample(texts, { numRuns: poolSize, seed });
  };

  /** @type {Map<string, string[]>} */
  const textPools = new Map();
  /** @param {Schema} schema */
  const text = ({ minLength = 0, maxLength = 40, not }) => {
    const key = `${minLength} ${maxLength} ${not?.const}`;
    const units = /** @type {const} */ (['grapheme', 'binary', 'grapheme-ascii']);
    const pool =
      textPools.get(key) ??
      units.flatMap((unit) => {
        const texts = fc.string({ minLength, maxLength, unit }).filter((drawn) => drawn !== not?.const);
        return fc.sample(texts, { numRuns: 100, seed });
      });
    textPools.set(key, pool);
    return random.oneOf(pool);
  };

  /** @param {Schema} schema @returns {object} */
  const objectOf = ({ properties = {}, required = [], additionalProperties, propertyNames }) => {
    const names = Object.keys(properties).filter((name) => required.includes(name) || random.isLucky(0.4));
    const entries = names.map((name) => [name, valueOf(properties[name])]);
    if (typeof additionalProperties === 'object')
      for (let left = random.below(4); left > 0; left -= 1)
        entries.push([text(propertyNames), valueOf(additionalProperties)]);
    return Object.fromEntries(entries);
  };

  /** @param {Schema} schema */
  const arrayOf = ({ items, uniqueItems }) => {
    const values = Array.from({ length: random.below(4) }, () => valueOf(items));
    return uniqueItems ? [...new Set(values)] : values;
  };

  /** @param {Schema} schema */
  const stringOf = (schema) => (schema['pattern'] === undefined ? text(schema) : random.oneOf(poolOf(schema)));

  const numbers = [0, 1, 0.1, 60, 3_600.5, 1e-9, 4_294_967_296, Number.MAX_SAFE_INTEGER, 1e21];

  /** @param {Schema} schema @returns {any} */
  const valueOf = (schema) => {
    if (schema['$ref']) return valueOf(components[schema['$ref'].split('/').at(-1)]);
    if (schema['oneOf']) return valueOf(random.oneOf(schema['oneOf']));
    if (schema['const'] !== undefined) return schema['const'];
    if (schema['enum']) return random.oneOf(schema['enum']);
    if (schema['type'] === 'object') return objectOf(schema);
    if (schema['type'] === 'array') return arrayOf(schema);
    if (schema['type'] === 'boolean') return random.isLucky(0.5);
    if (schema['type'] === 'integer') return integerOf(random, schema);
    return schema['type'] === 'number' ? random.oneOf(numbers) : stringOf(schema);
  };
  return { valueOf };
};

module.exports = { createValues };
