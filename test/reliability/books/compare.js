// @ts-check
'use strict';

const { once } = require('node:events');
const { join } = require('node:path');
const { isDeepStrictEqual } = require('node:util');
const { hledgerSums, minus, pythonSums, sumsOf } = require('../../../infra/books/sums');
const { spawnChild } = require('../proof');

const program = join(__dirname, '../../../services/tollgate/bin/tollgate.js');
const print = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);

/**
 * Exports a ledger in each format, has hledger, beancount and DuckDB compute it, and both audits look at it; prints what each says, and
 * returns how many disagree with `accounts`, what Tollgate answered.
 * @param {{ name: string, data: string, exports: string, accounts: any[] }} ledger
 */
const compareBooks = async ({ name, data, exports, accounts }) => {
  const { book, effects } = answered(accounts);
  let wrong = 0;
  for (const { program: reader, format, read, of } of readers) {
    const sums = of === 'book' ? book : effects;
    const file = join(exports, `${name}.${format}`);
    await tollgate('export', '--data', data, '--format', format, '--output', file);
    const told = await read(file);
    const differing = Object.keys({ ...told, ...sums }).filter((key) => told[key] !== sums[key]);
    if (!isDeepStrictEqual(told, sums)) wrong += 1;
    print(`${name}, ${reader}: ${Object.keys(told).length} sums${differencesText(differing, told, sums)}`);
  }
  await tollgate('audit', 'trial-balance', '--data', data);
  await tollgate('audit', 'cutoff', '--data', data);
  return wrong;
};

/** @param {'beancount' | 'duckdb' | 'parquet'} reader */
const withPython = (reader) => (/** @type {string} */ file) => pythonSums(reader, file);

const readers = [
  { program: 'hledger', format: 'hledger', read: hledgerSums, of: 'book' },
  { program: 'beancount', format: 'beancount', read: withPython('beancount'), of: 'book' },
  { program: 'DuckDB of CSV', format: 'csv', read: withPython('duckdb'), of: 'effects' },
  { program: 'DuckDB of Parquet', format: 'parquet', read: withPython('parquet'), of: 'effects' },
];

/** @param {string[]} differing @param {import('../../../infra/books/sums').Sums} told @param {import('../../../infra/books/sums').Sums} sums */
const differencesText = (differing, told, sums) =>
  differing.length === 0
    ? ''
    : `; ${differing.length} differ: ${differing
        .slice(0, 3)
        .map((key) => `${key} is ${told[key]}, not ${sums[key]}`)
        .join('; ')}`;

const names = { '-': '--', '.': '-d', _: '-u' };
const bookOf = (/** @type {string} */ accountId) =>
  `X${accountId.replace(/[-._]/g, (character) => names[/** @type {keyof typeof names} */ (character)])}`;

/** What Tollgate answers, as a book and by account and direction. @param {any[]} accounts */
const answered = (accounts) => {
  /** @type {[string, string, string][]} */
  const book = [];
  /** @type {[string, string, string][]} */
  const effects = [];
  for (const { accountId, currency, balances, totals } of accounts)
    for (const direction of /** @type {const} */ (['inbound', 'outbound'])) {
      const name = `${bookOf(accountId)}:${direction === 'inbound' ? 'Inbound' : 'Outbound'}`;
      const { payments, usage, adjustments } = totals[direction];
      effects.push([`${accountId}/${direction}`, currency, balances[direction]]);
      book.push(
        [`Assets:${name}`, currency, balances[direction]],
        [`Equity:${name}:Payments`, currency, minus(payments)],
      );
      book.push(
        [`Equity:${name}:Usage`, currency, usage],
        [`Equity:${name}:Adjustments`, currency, minus(adjustments)],
      );
    }
  return { book: sumsOf(book), effects: sumsOf(effects) };
};

/** @param {string[]} parameters */
const tollgate = async (...parameters) => {
  const child = spawnChild(process.execPath, [program, ...parameters], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`tollgate ${parameters.join(' ')} ended with ${code}`);
};

module.exports = { compareBooks, print, tollgate };
