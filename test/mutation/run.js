// @ts-check
'use strict';

const { spawnSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { resolve } = require('node:path');
const { parseArgs } = require('node:util');

const root = resolve(__dirname, '../..');
const all = ['money', 'balance', 'cutoff-projector', 'intake'];
const leastPercent = 90;

const help = `Changes the code of amounts, balances, decisions and intake in every way that Stryker knows, one change at a time, and
counts the changes that some unit test notices. Takes about 10 minutes; every change that nobody noticed is printed.

  npm run proof:mutation -- [part]…

  part   ${all.join(', ')} (all)
`;

/** How many of the mutants of a report have one of these ends. @param {any} report @param {string[]} ends */
const count = (report, ends) =>
  Object.values(report.files)
    .flatMap((/** @type {any} */ { mutants }) => mutants)
    .filter(({ status }) => ends.includes(status)).length;

/** @param {string} part */
const prove = (part) => {
  spawnSync(resolve(root, 'node_modules/.bin/stryker'), ['run', 'test/mutation/stryker.config.js'], {
    cwd: root,
    env: { ...process.env, MUTATION_PART: part },
    stdio: 'inherit',
  });
  const report = JSON.parse(readFileSync(resolve(root, `.cache/mutation/${part}.json`), 'utf8'));
  const killed = count(report, ['Killed', 'Timeout']);
  const survived = count(report, ['Survived', 'NoCoverage']);
  return { part, killed, survived, percent: (100 * killed) / (killed + survived) };
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean' } } });
if (values.help || positionals.some((part) => !all.includes(part))) process.stdout.write(help);
else {
  const rows = (positionals.length > 0 ? positionals : all).map(prove);
  for (const { part, killed, survived, percent } of rows)
    process.stdout.write(`${part}: ${killed} mutants killed, ${survived} survived, ${percent.toFixed(1)} %\n`);
  process.exitCode = rows.every(({ percent }) => percent >= leastPercent) ? 0 : 1;
}
