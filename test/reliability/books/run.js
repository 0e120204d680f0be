// @ts-check
'use strict';

const { once } = require('node:events');
const { join } = require('node:path');
const { isDeepStrictEqual, parseArgs } = require('node:util');
const { hledgerSums, minus, pythonSums, sumsOf } = require('../../../infra/books/sums');
const { startTollgate } = require('../fuzz/tollgate');
const { readOptions, wholeNumber } = require('../options');
const { runProof, spawnChild } = require('../proof');
const { Random } = require('../random');
const { createLines, openings, rules } = require('./ledger');

const help = `Records a random ledger and has hledger, beancount and DuckDB compute what Tollgate answers of it.

  npm run proof:books -- [options]

  --events N  how many events of accounts it has at least (100000)
  --seed S    another ledger (drawn)
  --help      this text

Ends with 1 where one of them disagrees in a digit, with 2 where one of them is not installed.
`;

const options = readOptions(help, () => {
  const { values } = parseArgs({
    options: {
      events: { type: 'string', default: '100000' },
      seed: { type: 'string', default: `${Math.floor(Math.random() * 1e6)}` },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    events: wholeNumber('--events', values.events, 1),
    seed: wholeNumber('--seed', values.seed, 0),
  };
});

const program = join(__dirname, '../../../services/tollgate/bin/tollgate.js');
const print = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);
const linesInBatch = 1_000;

/** @param {string} url @param {{ method?: string, body: string, type?: string }} request */
const send = async (url, { method = 'POST', body, type = 'application/json' }) => {
  const answer = await fetch(url, { method, body, headers: { 'content-type': type } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${text}`);
  return text;
};

/** Records until there are so many events. @param {string} url @param {Random} random @param {number} wanted */
const fill = async (url, random, wanted) => {
  const accounts = openings(random);
  const sendJson = (/** @type {string} */ path, /** @type {object} */ body, method = 'POST') =>
    send(url + path, { method, body: JSON.stringify(body) });
  for (const opening of accounts) await sendJson('/v1/accounts', opening);
  const next = createLines(random, accounts);
  let recorded = accounts.length;
  const refused = [];
  for (let batches = 0; recorded < wanted; batches += 1) {
    const lines = Array.from({ length: linesInBatch }, () => JSON.stringify(next()));
    const batch = await send(`${url}/v1/batch`, { body: lines.join('\n'), type: 'application/x-ndjson' });
    const answers = batch.trim().split('\n');
    refused.push(...answers.filter((answer) => !answer.startsWith('{"status":201')));
    recorded += answers.length;
    const { accountId } = random.oneOf(accounts);
    await sendJson(`/v1/accounts/${accountId}/cutoff`, random.oneOf(rules) ?? { balances: [] }, 'PUT');
    const closing = { statementId: `s-${batches}`, to: new Date().toISOString() };
    if (batches % 10 === 9) await sendJson(`/v1/accounts/${accountId}/statements`, closing);
  }
  if (refused.length > 0) throw new Error(`${refused.length} lines were refused, such as ${refused[0]}`);
  return recorded;
};

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

/** @param {{ path: string, keep: () => void }} folder @returns {Promise<0 | 1>} */
const prove = async ({ path, keep }) => {
  const data = join(path, 'data');
  const running = await startTollgate({ data });
  await running.ready();
  const recorded = await fill(running.url, new Random(options.seed), options.events);
  const { items: accounts } = await running.get('/v1/accounts?limit=1000');
  await running.stop();
  const { book, effects } = answered(accounts);
  const readers = [
    { name: 'hledger', format: 'hledger', read: hledgerSums, sums: book },
    {
      name: 'beancount',
      format: 'beancount',
      read: (/** @type {string} */ file) => pythonSums('beancount', file),
      sums: book,
    },
    {
      name: 'DuckDB, of CSV',
      format: 'csv',
      read: (/** @type {string} */ file) => pythonSums('duckdb', file),
      sums: effects,
    },
    {
      name: 'DuckDB, of Parquet',
      format: 'parquet',
      read: (/** @type {string} */ file) => pythonSums('parquet', file),
      sums: effects,
    },
  ];
  let wrong = 0;
  for (const { name, format, read, sums } of readers) {
    const file = join(path, `export.${format}`);
    await tollgate('export', '--data', data, '--format', format, '--output', file);
    const told = await read(file);
    const isSame = isDeepStrictEqual(told, sums);
    if (!isSame) wrong += 1;
    const differing = Object.keys({ ...told, ...sums }).filter((key) => told[key] !== sums[key]);
    print(
      `${name}: ${Object.keys(told).length} sums${
        isSame
          ? ''
          : `; ${differing.length} differ: ${differing
              .slice(0, 3)
              .map((key) => `${key} is ${told[key]}, not ${sums[key]}`)
              .join('; ')}`
      }`,
    );
  }
  await tollgate('audit', 'trial-balance', '--data', data);
  await tollgate('audit', 'cutoff', '--data', data);
  if (wrong > 0) keep();
  print(
    `${recorded} events, seed ${options.seed}: ${wrong === 0 ? 'all agree to the last digit' : `${wrong} disagree`}`,
  );
  return wrong === 0 ? 0 : 1;
};

void runProof({ name: 'books', seed: options.seed, prove });
