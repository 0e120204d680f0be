// @ts-check
'use strict';

const { join } = require('node:path');

const named = (/** @type {string} */ folder, /** @type {string[]} */ names) =>
  names.map((name) => `${folder}/${name}.ts`);

/** Where an amount, a balance, a duplicate or a decision is made. */
const parts = {
  money: ['packages/money/src/*.ts'],
  balance: ['packages/balance/src/*.ts'],
  'account-table': named('packages/account-table/src', [
    ...['add-group', 'describe', 'fold', 'fold-account', 'fold-decision', 'fold-other', 'judge', 'pending'],
  ]),
  intake: named('services/intake/src', [
    ...['decide-item', 'decide-on-call', 'ledger', 'look-up', 'overlay', 'queue', 'record-key', 'write-group'],
  ]),
  'cutoff-projector': ['services/cutoff-projector/src/*.ts'],
};

/** @type {keyof typeof parts | undefined} */
const part = /** @type {any} */ (process.env['MUTATION_PART']);
const mutated = part === undefined ? Object.values(parts).flat() : parts[part];

module.exports = {
  mutate: [...mutated, '!**/*.test.ts', '!**/*.fixture.ts', '!**/index.ts'],
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner', join(__dirname, 'messages.js')],
  jest: { projectType: 'custom', configFile: 'test/mutation/jest.config.js', enableFindRelatedTests: true },
  coverageAnalysis: 'perTest',
  // No figure and no decision hangs on how a message is worded.
  ignorers: ['messages'],
  ignorePatterns: ['**/dist', '.cache', 'data', '**/*.tsbuildinfo'],
  tempDirName: '.cache/stryker',
  incremental: false,
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: `.cache/mutation/${part ?? 'all'}.json` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: true },
  thresholds: { high: 95, low: 90, break: null },
  concurrency: 2,
};
