// @ts-check
'use strict';

const { execFile } = require('node:child_process');
const { join } = require('node:path');
const { promisify } = require('node:util');
const { SetupError } = require('../child-server.js');

const python = join(__dirname, '../../.cache/books/bin/python');
const reader = join(__dirname, 'balances.py');
const run = promisify(execFile);
const mostBytes = 1 << 28;

/** @param {string} program @param {string[]} parameters */
const output = async (program, parameters) => {
  try {
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };
    return (await run(program, parameters, { env, maxBuffer: mostBytes })).stdout;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SetupError(
      `it needs Debian's hledger, and beancount and duckdb of PyPI in .cache/books: see .ci/run\n${why}`,
    );
  }
};

/** Sums may have more digits than an amount may, and programs write as many zeros as they like. @param {string} amount */
const shortest = (amount) => (amount.includes('.') ? amount.replace(/0+$/, '').replace(/\.$/, '') : amount);

/** @param {readonly (readonly [name: string, currency: string, amount: string])[]} rows @returns {import('./sums').Sums} */
const sumsOf = (rows) =>
  Object.fromEntries(
    rows
      .map(([name, currency, amount]) => [`${name} ${currency}`, shortest(amount)])
      .filter(([, amount]) => !/^-?0$/.test(amount ?? '')),
  );

/** @param {string} path */
const hledgerSums = async (path) => {
  const text = await output('hledger', ['-f', path, 'balance', '--flat', '--no-total', '-O', 'csv', '--layout=bare']);
  const cells = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map((cell) => cell.replaceAll('"', '')));
  return sumsOf(cells.map(([name = '', currency = '', amount = '']) => [name, currency, amount]));
};

/** @param {'beancount' | 'duckdb' | 'parquet'} program @param {string} path */
const pythonSums = async (program, path) => {
  /** @type {Record<string, [string, string][]>} */
  const told = JSON.parse(await output(python, [reader, program, path]));
  return sumsOf(
    Object.entries(told).flatMap(([name, sums]) =>
      sums.map(([currency, amount]) => /** @type {const} */ ([name, currency, amount])),
    ),
  );
};

/** @param {string} amount */
const minus = (amount) => (amount.startsWith('-') ? amount.slice(1) : `-${amount}`);

module.exports = { hledgerSums, minus, pythonSums, sumsOf };
