// @ts-check
'use strict';

const { join } = require('node:path');
const { parseArgs } = require('node:util');
const { startTollgate } = require('../fuzz/tollgate');
const { readOptions, wholeNumber } = require('../../../infra/command');
const { runProof } = require('../proof');
const { Random } = require('../random');
const { compareBooks, print, tollgate } = require('./compare');
const { createLines, openings, rules } = require('./ledger');

const help = `Plays the demo, then records a random ledger, and has hledger, beancount and DuckDB compute what Tollgate answers of each.

  npm run proof:books -- [options]

  --events N        how many events of accounts the random ledger has at least (100000)
  --seed S          another one (drawn)
  --demo-seconds N  how long the demo's traffic lasts (27, as npm run demo)
  --help            this text

Ends with 1 where one of them disagrees in a digit, with 2 where one of them is not installed.
`;

const options = readOptions(help, () => {
  const { values } = parseArgs({
    options: {
      events: { type: 'string', default: '100000' },
      'demo-seconds': { type: 'string', default: '27' },
      seed: { type: 'string', default: `${Math.floor(Math.random() * 1e6)}` },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    events: wholeNumber('--events', values.events, 1),
    demoSeconds: wholeNumber('--demo-seconds', values['demo-seconds'], 1),
    seed: wholeNumber('--seed', values.seed, 0),
  };
});

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

/**
 * Records a ledger and compares it; resolves with how many books disagree with what was answered of it.
 * @param {{ name: string, path: string, record: (url: string) => Promise<unknown> }} ledger
 */
const proveLedger = async ({ name, path, record }) => {
  const data = join(path, name);
  const running = await startTollgate({ data });
  await running.ready();
  await record(running.url);
  const { items: accounts } = await running.get('/v1/accounts?limit=1000');
  await running.stop();
  return compareBooks({ name, data, exports: path, accounts });
};

/** @param {{ path: string, keep: () => void }} folder @returns {Promise<0 | 1>} */
const prove = async ({ path, keep }) => {
  const seconds = String(options.demoSeconds);
  const record = (/** @type {string} */ url) => tollgate('demo', '--url', url, '--seconds', seconds);
  let wrong = await proveLedger({ name: 'demo', path, record });
  let recorded = 0;
  const fillOne = async (/** @type {string} */ url) => {
    recorded = await fill(url, new Random(options.seed), options.events);
  };
  wrong += await proveLedger({ name: 'random', path, record: fillOne });
  if (wrong > 0) keep();
  print(
    `the demo and ${recorded} events, seed ${options.seed}: ${wrong === 0 ? 'all agree to the last digit' : `${wrong} disagree`}`,
  );
  return wrong === 0 ? 0 : 1;
};

void runProof({ name: 'books', seed: options.seed, prove });
