// @ts-check
'use strict';

/** @typedef {import('../random').Random} Random */

const long = 'x'.repeat(20_000);
const strangeValues = [
  ...[null, true, false, 0, -1, 1.5, 1e308, -0, Number.MAX_SAFE_INTEGER, [], {}, [[]], [null], { a: 1 }],
  ...['', ' ', '0', '-1', '-0', '00', '1e3', '0x10', 'NaN', 'Infinity', '1.', '.5', '+1', '1,5', '9'.repeat(19)],
  ...['0.00000000001', '999999999999999999.9999999999', '1'.repeat(400), long, 'acmé', 'a\u0000b', '\ud800', '\u202e'],
  ...['🙂'.repeat(500), 'e\u0301', '\ufeff', "' OR 1=1 --", '../../etc', '%00', '${x}', '{{x}}', '\r\nx: y'],
  ...[
    '2026-02-30T00:00:00Z',
    '2024-02-29T00:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31',
    '1970-01-01T00:00:00+01:00',
  ],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then'],
  ...['inbound', 'INBOUND', 'mutual', 'eur', 'EURO', 'payment', 'reversal', 'opening'],
];
const strangeKeys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', '', 'kind', 'of'];
const moreKeys = [
  'toJSON',
  'length',
  'a.b',
  'vat',
  'accountId ',
  'AccountId',
  '\ud800',
  '🙂',
  '\u0000',
  'k'.repeat(5_000),
];
const rawNumbers = [
  '1e400',
  '-1e400',
  '1e-400',
  '9'.repeat(400),
  '-0',
  '0.1e1',
  '123456789012345678901234567890',
  '01',
];

/** The object within a value to change: itself or one inside it. @param {any} value @param {Random} random @returns {any} */
const targetIn = (value, random) => {
  const inner = Object.values(value).filter((one) => typeof one === 'object' && one !== null);
  return inner.length > 0 && random.isLucky(0.3) ? targetIn(random.oneOf(inner), random) : value;
};

/** Sets an own property, `__proto__` too, to a copy. @param {any} target @param {string} key @param {unknown} shared */
const define = (target, key, shared) => {
  const value = structuredClone(shared);
  if (Array.isArray(target)) return target.push(value);
  return Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
};

/** Changes to the value, made in place; what comes back is sent instead. @type {((value: any, random: Random) => any)[]} */
const structural = [
  (value, random) => {
    const target = targetIn(value, random);
    define(target, random.oneOf([...Object.keys(target), 'x']), random.oneOf(strangeValues));
    return value;
  },
  (value, random) => {
    const target = targetIn(value, random);
    delete target[random.oneOf([...Object.keys(target), 'x'])];
    return value;
  },
  (value, random) => {
    define(targetIn(value, random), random.oneOf([...strangeKeys, ...moreKeys]), random.oneOf(strangeValues));
    return value;
  },
  (value, random) => {
    const target = targetIn(value, random);
    const names = Object.keys(target);
    define(target, random.oneOf([...names, 'x']), target[random.oneOf([...names, 'y'])] ?? null);
    return value;
  },
  (value, random) => {
    const target = targetIn(value, random);
    const name = random.oneOf([...Object.keys(target), 'x']);
    const text = typeof target[name] === 'string' ? target[name] : JSON.stringify(target[name]);
    define(target, name, `${text}${random.oneOf(['', ' ', '\n', '\u0000', 'é', '0', '🙂', long])}`);
    return value;
  },
  (value, random) => random.oneOf([[value], { value }, null, JSON.stringify(value), 7, [], {}, true]),
];

/** @param {string} text @param {Random} random */
const insertAfterBrace = (text, random) => {
  const key = random.oneOf(['amount', 'accountId', 'paymentId', 'usageId', 'kind', '__proto__', 'direction']);
  return text.replace('{', () => `{"${key}":${JSON.stringify(random.oneOf(strangeValues))},`);
};

/** @param {Random} random */
const nested = (random) => {
  const depth = random.oneOf([50, 500, 5_000]);
  return random.isLucky(0.5) ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
};

/** Changes to the text of a document. @type {((text: string, random: Random) => string)[]} */
const textual = [
  insertAfterBrace,
  (text, random) => text.slice(0, random.below(text.length)),
  (text, random) => text + random.oneOf(['}', ',', text, '\u0000', ' ', '//x', ']']),
  (text) => `\ufeff${text}`,
  (text, random) => text.replace(/:"[^"]*"/, () => `:${random.oneOf(rawNumbers)}`),
  (text, random) => text.replace(/:"[^"]*"/, () => `:${nested(random)}`),
  (text, random) => text.replace('{', () => `{"attributes":${nested(random)},`),
  (text) => text.replaceAll(':', ' :\t').replaceAll(',', ' ,\r'),
  (text) => text.replaceAll('"', "'"),
  (text) => text.replace(/"(\w)/, (_all, letter) => `"\\u00${letter.charCodeAt(0).toString(16)}`),
  (text, random) => text.replace('}', () => random.oneOf([',}', '', '}}', ',"a"}', ':}'])),
  (text, random) =>
    text.replace(/":"/, () => `":"${random.oneOf(['\\ud800', '\\u0000', '\\x', '\\', '\t', '\\udc00'])}`),
];

const badBytes = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82], [0x00], [0x0a]];

/** Changes to the bytes. @type {((bytes: Buffer, random: Random) => Buffer)[]} */
const bytewise = [
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(random.oneOf(badBytes)), bytes.subarray(at)]);
  },
  (bytes, random) => {
    const changed = Buffer.from(bytes);
    const at = random.below(bytes.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
    return changed;
  },
];

/** A document that is valid, as the bytes of something that seldom is. @param {object} document @param {Random} random */
const mutate = (document, random) => {
  /** @type {any} */
  let value = structuredClone(document);
  let text;
  const way = random.fraction();
  if (way < 0.6) {
    for (let left = random.isLucky(0.3) ? 2 : 1; left > 0 && isOpen(value); left -= 1)
      value = random.oneOf(structural)(value, random);
  }
  text = JSON.stringify(value);
  if (way >= 0.6 && way < 0.85) text = random.oneOf(textual)(text, random);
  const bytes = Buffer.from(text);
  return way >= 0.85 ? random.oneOf(bytewise)(bytes, random) : bytes;
};

/** @param {unknown} value */
const isOpen = (value) => typeof value === 'object' && value !== null;

module.exports = { mutate, long };
