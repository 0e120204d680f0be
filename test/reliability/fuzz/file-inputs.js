// @ts-check
'use strict';

const { gzipSync } = require('node:zlib');

/** @typedef {import('../random').Random} Random */
/**
 * A file, and how it looked when half of it was there. `ends`: behind which bytes of `plain` a row ends, the one of headings first.
 * @typedef {{ name: string, records: { type: string, data: any, line: number }[], whole: Buffer, half: Buffer, isCsv: boolean,
 *   wholeRows: number, isEnded: boolean }} InputFile
 */

const mostRows = 40;
const mostNearBytes = 10;
const cellParts = ['a', '1', ' ', ',', '"', '\n', '\r', 'ü', '😀', ';', '=', '.'];

const kinds = {
  payment: { type: 'PaymentRecorded', free: 'reference' },
  usage: { type: 'UsageCharged', free: 'callee' },
};

/** @param {Random} random */
const cellText = (random) => Array.from({ length: 1 + random.below(8) }, () => random.oneOf(cellParts)).join('');

/** @param {string} text */
const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** @type {Record<string, (text: string) => Buffer>} */
const encodings = {
  'utf-8': (text) => Buffer.from(text),
  'utf-8 with its mark': (text) => Buffer.from(`\ufeff${text}`),
  'utf-16': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'utf-16, big end first': (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
};

/** How many lines a text begins, which end in `lineEnd`. @param {string} text @param {string} lineEnd */
const linesIn = (text, lineEnd) => text.split(lineEnd === '\r' ? '\r' : '\n').length - 1;

/** Files of valid records under ids of their own, each cut somewhere behind its headings. @param {Random} random @param {string[]} accounts */
const createFiles = (random, accounts) => {
  let serial = 0;

  /** @param {number} index @returns {InputFile} */
  const file = (index) => {
    const kind = random.oneOf(/** @type {const} */ (['payment', 'usage']));
    const { type, free } = kinds[kind];
    const isCsv = random.isLucky(0.7);
    const lineEnd = random.oneOf(['\n', '\r\n', '\r']);
    const records = Array.from({ length: 1 + random.below(mostRows) }, () => {
      serial += 1;
      return {
        ...{ [`${kind}Id`]: `file-${serial}`, accountId: random.oneOf(accounts), direction: 'inbound' },
        // The amount is the last cell: half of it is an amount as well.
        ...{ currency: 'EUR', [free]: cellText(random), amount: `${1 + random.below(99)}.${1 + random.below(99)}` },
      };
    });
    const heading = Object.keys(records[0] ?? {}).join(',') + lineEnd;
    const rows = records.map((record) => {
      const text = isCsv ? Object.values(record).map(quoted).join(',') : JSON.stringify(record);
      return text + lineEnd;
    });
    const texts = isCsv ? [heading, ...rows] : rows;
    let line = 1;
    const lines = texts.map((text) => {
      const begun = line;
      line += linesIn(text, lineEnd);
      return begun;
    });
    const encode = /** @type {(text: string) => Buffer} */ (encodings[random.oneOf(Object.keys(encodings))]);
    const ends = texts.map((_text, at) => encode(texts.slice(0, at + 1).join('')).length);
    const plain = encode(texts.join(''));
    const least = ends[0] ?? 0;
    const nearEnd = () => Math.max(least, random.oneOf(ends) - random.below(mostNearBytes));
    const cut = random.isLucky(0.6) ? nearEnd() : least + random.below(plain.length - least + 1);
    const pack = random.isLucky(0.3) ? gzipSync : (/** @type {Buffer} */ bytes) => bytes;
    return {
      name: `fuzz-${index}.${isCsv ? 'csv' : 'ndjson'}`,
      records: records.map((data, at) => ({ type, data, line: lines[at + (isCsv ? 1 : 0)] ?? 0 })),
      whole: pack(plain),
      half: pack(plain.subarray(0, cut)),
      isCsv,
      wholeRows: ends.filter((end) => end <= cut).length - (isCsv ? 1 : 0),
      isEnded: ends.includes(cut),
    };
  };
  return file;
};

module.exports = { createFiles };
